import { startLocalService } from './server.ts';

const service = await startLocalService();
process.stdout.write(`${JSON.stringify(service.description)}\n`);
let ending = false;
const end = (): void => {
  if (ending) return;
  ending = true;
  void service.close().then(() => process.exit(0));
};
process.on('SIGINT', end);
process.on('SIGTERM', end);
