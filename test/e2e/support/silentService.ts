import type { IncomingMessage } from 'node:http';
import { CallTaker } from './callTaker.ts';

/**
 * A service that never answers a call: emits `called` when one has come and `closed` when its connection has closed,
 * each with the path of the call.
 */
export class SilentService extends CallTaker {
  protected override take(request: IncomingMessage): void {
    request.socket.once('close', () => this.emit('closed', request.url));
    request.resume().once('end', () => this.emit('called', request.url));
  }
}
