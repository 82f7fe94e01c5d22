import { Button, Message } from '../controls/controls.tsx';
import { useDocument } from './documentSession.ts';

/** The catalog does not have the document's service, and it can be added. */
export function UnknownTarget() {
  const { strings, target, host } = useDocument();
  if (target.kind !== 'unknown' || !target.canBeAdded) return null;
  return (
    <Message
      kind="warning"
      actions={<Button label={strings.addService} onClick={() => void host.addService()} />}
    >
      {target.sentence}
    </Message>
  );
}
