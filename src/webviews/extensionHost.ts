import { connect, type Contract, type Handlers, type Remote } from '../shared/messages.ts';
import { vscodeApi } from './vscodeApi.ts';

/** The extension, for a page that handles what it tells. */
export function connectToHost<Incoming extends Contract, Outgoing extends Contract>(contracts: {
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly handlers: Handlers<Incoming>;
}): Remote<Outgoing> {
  const link = connect({
    ...contracts,
    post: (message) => {
      vscodeApi.postMessage(message);
      return undefined;
    },
  });
  window.addEventListener('message', (event: MessageEvent<unknown>) => link.receive(event.data));
  return link.remote;
}
