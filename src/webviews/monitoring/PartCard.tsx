import type { ComponentChildren } from 'preact';
import type { Part, Problem } from '../../shared/monitoringContract.ts';
import { Button, Message } from '../controls/controls.tsx';
import { useSession } from './session.ts';

interface PartProps<T> {
  readonly part: Part<T>;
  readonly children: (value: T) => ComponentChildren;
}

export function PartCard<T>({ title, ...part }: PartProps<T> & { readonly title: string }) {
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      <PartBody {...part} />
    </section>
  );
}

/** A part of the page, or what there is instead of it. */
export function PartBody<T>({ part, children }: PartProps<T>) {
  const { strings } = useSession();
  if (part.kind === 'loading') return <p class="muted">{strings.reading}</p>;
  if (part.kind === 'failed') return <PartProblem {...part} />;
  return <>{children(part.value)}</>;
}

function PartProblem({ sentence, portalPage: page }: Problem) {
  const { strings, host } = useSession();
  if (page === undefined) return <Message kind="error">{sentence}</Message>;
  const open = <Button label={strings.portal[page]} onClick={() => void host.openPortal({ page })} />;
  return (
    <Message kind="info" actions={open}>
      {sentence}
    </Message>
  );
}
