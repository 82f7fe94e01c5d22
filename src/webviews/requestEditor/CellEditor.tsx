import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Cell } from '../../protocol/studio/serviceSchema.ts';
import { cellFromText } from '../../shared/inputEdits.ts';
import type { FormColumn } from '../../shared/requestForm.ts';
import type { EditEnd } from '../controls/DataGrid.tsx';
import { useSession } from './session.ts';

interface CellEditorProps {
  readonly column: FormColumn;
  readonly cell: Cell | undefined;
  /** What began the editing, if it was typing: it takes the place of what was there. */
  readonly typed: string | undefined;
  readonly label: string;
  readonly onCommit: (cell: Cell) => void;
  readonly onClose: (end: EditEnd) => void;
}

/** Edits a cell in its place in the grid. Enter and Tab go on, Escape leaves the cell as it was. */
export function CellEditor(props: CellEditorProps) {
  const { column } = props;
  return column.type === 'boolean' || column.allowedValues ? (
    <ChoiceEditor {...props} />
  ) : (
    <TextEditor {...props} />
  );
}

/** Values of the select that stand for no text. */
const nullChoice = '\u0000null';
const absentChoice = '\u0000absent';

function ChoiceEditor(props: CellEditorProps) {
  const { column, cell, typed, label } = props;
  const { strings } = useSession();
  const field = useRef<HTMLSelectElement>(null);
  const listed = column.allowedValues ?? ['true', 'false'];
  const before = cell === null ? nullChoice : cell === undefined ? absentChoice : String(cell);
  const match = typed?.trim().toLowerCase();
  const begun = match ? listed.find((value) => value.toLowerCase().startsWith(match)) : undefined;
  const draft = useDraft(props, () => {
    const value = field.current?.value ?? before;
    if (value === before || value === absentChoice) return undefined;
    return value === nullChoice ? null : cellFromText(column, value);
  });
  useLayoutEffect(() => field.current?.focus(), []);
  return (
    <select
      ref={field}
      aria-label={label}
      onKeyDown={(event) => draft.onKeyDown(event, false)}
      onBlur={draft.onBlur}
    >
      {[
        ...(cell === undefined ? [[absentChoice, strings.notSent] as const] : []),
        ...(cell === undefined || cell === null || listed.includes(before)
          ? []
          : [[before, before] as const]),
        ...listed.map((value) => [value, value] as const),
        ...(column.nullable || cell === null ? [[nullChoice, strings.nullValue] as const] : []),
      ].map(([value, text]) => (
        <option key={value} value={value} selected={value === (begun ?? before)}>
          {text === '' ? `(${strings.empty})` : text}
        </option>
      ))}
    </select>
  );
}

function TextEditor(props: CellEditorProps) {
  const { column, cell, typed, label } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const before = (cell ?? null) === null ? '' : String(cell);
  const isTyped = useRef(typed !== undefined);
  const draft = useDraft(props, () => {
    const text = field.current?.value ?? before;
    return isTyped.current && (text !== before || cell === undefined || cell === null)
      ? cellFromText(column, text)
      : undefined;
  });
  useLayoutEffect(() => {
    const element = field.current;
    element?.focus();
    element?.setSelectionRange(typed === undefined ? 0 : element.value.length, element.value.length);
  }, []);
  return (
    <textarea
      ref={field}
      class={before.includes('\n') ? 'input lines' : 'input'}
      rows={1}
      defaultValue={typed ?? before}
      aria-label={label}
      spellcheck={false}
      autocomplete="off"
      onInput={({ currentTarget }) => {
        isTyped.current = true;
        currentTarget.classList.toggle('lines', currentTarget.value.includes('\n'));
      }}
      onKeyDown={(event) => draft.onKeyDown(event, typed !== undefined)}
      onBlur={draft.onBlur}
    />
  );
}

/** What is in the field becomes the cell when it is left in whatever way, or when the document is wanted as it is. */
function useDraft(
  { onCommit, onClose }: CellEditorProps,
  read: () => Cell | undefined,
): {
  readonly onKeyDown: (event: KeyboardEvent, arrowsLeave: boolean) => void;
  readonly onBlur: () => void;
} {
  const session = useSession();
  const isDone = useRef(false);
  const latest = useRef({ read, onCommit });
  latest.current = { read, onCommit };

  const commit = (): void => {
    if (isDone.current) return;
    isDone.current = true;
    const cell = latest.current.read();
    if (cell !== undefined) latest.current.onCommit(cell);
  };
  // The cell may be scrolled out of sight, which takes its field away.
  useLayoutEffect(
    () => () => {
      if (isDone.current) return;
      commit();
      onClose('away');
    },
    [],
  );
  useEffect(() => session.onBeforeFlush(commitNow), []);

  function commitNow(): void {
    const cell = latest.current.read();
    if (isDone.current || cell === undefined) return;
    latest.current.onCommit(cell);
    isDone.current = true;
    onClose('stay');
  }

  const leave = (event: KeyboardEvent, end: EditEnd): void => {
    event.preventDefault();
    event.stopPropagation();
    if (end !== 'away') commit();
    onClose(end);
  };
  return {
    onKeyDown(event, arrowsLeave) {
      const { key, shiftKey, altKey } = event;
      const withCommand = event.ctrlKey || event.metaKey;
      if (event.isComposing) return;
      // The field has its own history while it is edited.
      if (withCommand && /^[zy]$/i.test(key)) event.stopPropagation();
      if (withCommand) return;
      if (key === 'Escape') {
        isDone.current = true;
        leave(event, 'stay');
      } else if (key === 'Enter' && altKey) {
        event.preventDefault();
        event.stopPropagation();
        if (event.target instanceof HTMLTextAreaElement) breakLine(event.target);
      } else if (key === 'Enter') {
        leave(event, shiftKey ? 'up' : 'down');
      } else if (key === 'Tab') {
        leave(event, shiftKey ? 'left' : 'right');
      } else if (arrowsLeave && arrows[key]) {
        leave(event, arrows[key]);
      }
    },
    onBlur() {
      if (isDone.current) return;
      commit();
      onClose('away');
    },
  };
}

function breakLine(field: HTMLTextAreaElement): void {
  field.setRangeText('\n', field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

const arrows: Readonly<Record<string, EditEnd | undefined>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};
