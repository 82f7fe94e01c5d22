import type { CommandHandlers } from '../../shared/contributions.ts';
import type { AccessTools } from '../access/tools.ts';
import { addRecipientEmails, addRecipientUsers, removeRecipient } from './recipients.ts';

/** Whom an instance tells by mail of what happens. */
export function notificationCommands(tools: AccessTools) {
  return {
    addRecipientEmails: (target) => addRecipientEmails(tools, target),
    addRecipientUsers: (target) => addRecipientUsers(tools, target),
    removeRecipient: (target) => removeRecipient(tools, target),
  } satisfies Partial<CommandHandlers<'governance'>>;
}
