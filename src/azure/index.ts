export { ArmClient, type ArmReply } from './armClient.ts';
export { Azure, type ChosenInstance } from './azure.ts';
export type { InstanceAccess } from './instanceAccess.ts';
export type { Picked, Sought } from './resourcePick.ts';
export { separator, StreamedPick, type StreamedItem } from './streamedPick.ts';
