import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../controls/controls.tsx';

interface NewNameProps {
  /** What the button says. */
  readonly action: string;
  /** What the field is for. */
  readonly label: string;
  readonly onNamed: (name: string) => void;
}

/** Adds something under a name that the schema does not have; a service may take it all the same. */
export function NewName({ action, label, onNamed }: NewNameProps) {
  const [name, setName] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), [name === undefined]);
  if (name === undefined) {
    return <Button kind="link" icon="add" label={action} onClick={() => setName('')} />;
  }
  const add = (): void => {
    const trimmed = name.trim();
    setName(undefined);
    if (trimmed !== '') onNamed(trimmed);
  };
  return (
    <input
      ref={field}
      class="input new-parameter"
      value={name}
      placeholder={label}
      aria-label={label}
      spellcheck={false}
      onInput={({ currentTarget }) => setName(currentTarget.value)}
      onBlur={add}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) add();
        else if (event.key === 'Escape') setName(undefined);
      }}
    />
  );
}
