import { Button, Message } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { useDocument } from './documentSession.ts';

/** Why the form knows no names and types, and what helps. */
export function SchemaRemark() {
  const { strings, target, host } = useDocument();
  if (target.kind !== 'found') return null;
  if (target.schema === 'loading') return <p class="muted">{strings.loadingSchema}</p>;
  const reload = (label: string) => (
    <Button kind="link" label={label} onClick={() => void host.reloadSchema()} />
  );
  const attach = <Button kind="link" label={strings.attachSchema} onClick={() => void host.attachSchema()} />;
  if (target.schema === 'none') {
    return (
      <Message
        kind="info"
        actions={
          <>
            {attach}
            {reload(strings.reloadSchema)}
          </>
        }
      >
        {strings.noSchema}
      </Message>
    );
  }
  if (!('unread' in target.schema)) return null;
  return (
    <Message
      kind="warning"
      actions={
        <>
          {reload(strings.tryAgain)}
          {attach}
        </>
      }
    >
      {fill(strings.schemaUnread, target.schema.unread)}
    </Message>
  );
}
