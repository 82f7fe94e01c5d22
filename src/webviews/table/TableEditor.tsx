import { useEffect, useState } from 'preact/hooks';
import { Button, Message } from '../controls/controls.tsx';
import { messageOf, type Opening, type TableSession } from './session.ts';
import { TablePage } from './TablePage.tsx';

/** The page: the table, or that it is being opened, or why it cannot be. */
export function TableEditor({ session }: { readonly session: TableSession }) {
  const { strings, host } = session;
  const [opening, setOpening] = useState<Opening>({ kind: 'opening' });

  const follow = (facts: ReturnType<typeof host.open>): void => {
    setOpening({ kind: 'opening' });
    facts.then(
      (opened) => setOpening({ kind: 'open', facts: opened, count: opened.count }),
      (error: unknown) => setOpening({ kind: 'failed', message: messageOf(error) }),
    );
  };
  const reopen = (): void => follow(host.reopen());
  useEffect(() => {
    // Here, because the count may be over before the table is drawn.
    const leave = session.onCount((count) =>
      setOpening((before) => (before.kind === 'open' ? { ...before, count } : before)),
    );
    follow(host.open());
    return leave;
  }, []);

  switch (opening.kind) {
    case 'opening':
      return (
        <p class="remark muted" role="status">
          {strings.opening}
        </p>
      );
    case 'failed':
      return (
        <main class="remark">
          <Message
            kind="error"
            actions={
              <>
                <Button label={strings.openAgain} icon="refresh" onClick={reopen} />
                <Button kind="link" label={strings.openAsText} onClick={() => void host.openAsText()} />
              </>
            }
          >
            <strong>{strings.notOpened}</strong> {opening.message}
          </Message>
        </main>
      );
    case 'open':
      return <TablePage session={session} facts={opening.facts} count={opening.count} reopen={reopen} />;
  }
}
