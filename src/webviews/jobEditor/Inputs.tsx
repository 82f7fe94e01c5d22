import { useId } from 'preact/hooks';
import {
  inputKinds,
  kindOf,
  placeOf,
  type InputKind,
  type JobData,
  type JobInput,
} from '../../shared/jobData.ts';
import { schemaOf } from '../../shared/requestEditorContract.ts';
import { Button, IconButton } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { Select } from '../controls/Select.tsx';
import { GroupHead } from '../document/GroupHead.tsx';
import { NewName } from '../document/NewName.tsx';
import { useSession } from './session.ts';

interface PortsProps {
  readonly data: JobData;
  /** Sentences by name. */
  readonly problems: ReadonlyMap<string, string>;
}

/** Where the data of each input is. */
export function Inputs({ data, problems }: PortsProps) {
  const session = useSession();
  const { strings, target } = session;
  const schema = schemaOf(target);
  const known = schema?.inputs.map(({ name }) => name) ?? [];
  const names = [...new Set([...known, ...Object.keys(data.inputs)])];
  return (
    <section class="input-group" aria-label={strings.inputs}>
      <GroupHead title={strings.inputs}>
        {schema === undefined && (
          <NewName
            action={strings.addInput}
            label={strings.inputName}
            onNamed={(name) => {
              if (!names.includes(name)) session.edit([setInput(name, { file: '' })]);
            }}
          />
        )}
      </GroupHead>
      {schema !== undefined && names.length === 0 && <p class="muted">{strings.noInputs}</p>}
      {names.map((name) => (
        <InputRow
          key={name}
          name={name}
          input={data.inputs[name] ?? { file: '' }}
          problem={problems.get(name)}
          removable={Object.hasOwn(data.inputs, name) && !known.includes(name)}
        />
      ))}
    </section>
  );
}

interface InputRowProps {
  readonly name: string;
  readonly input: JobInput;
  readonly problem: string | undefined;
  readonly removable: boolean;
}

function InputRow({ name, input, problem, removable }: InputRowProps) {
  const session = useSession();
  const { strings, host } = session;
  const id = useId();
  const kind = kindOf(input);
  const place = placeOf(input);
  const setPlace = (text: string, pace: 'typing' | 'settled'): void => {
    if (kind !== 'file' && holdsQuery(text)) {
      // Half a SAS is none yet: it is taken apart as a whole, once it has been pasted or typed.
      if (pace === 'settled') void host.takeSas({ input: name, url: text });
    } else session.edit([setInput(name, inputOf(kind, text))], pace);
  };
  return (
    <div class={`field port${problem === undefined ? '' : ' invalid'}`}>
      <label class="label" for={id}>
        {name}
      </label>
      <div class="port-control">
        <Select
          label={fill(strings.sourceOf, name)}
          value={kind}
          options={inputKinds.map((each) => ({ value: each, text: strings.sources[each] }))}
          onChange={(value) => {
            const chosen = inputKinds.find((each) => each === value);
            if (chosen !== undefined) session.edit([setInput(name, inputOf(chosen, ''))]);
          }}
        />
        <input
          id={id}
          class="input"
          value={place}
          placeholder={strings.places[kind]}
          spellcheck={false}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-about`}
          onInput={({ currentTarget }) => setPlace(currentTarget.value, 'typing')}
          onChange={({ currentTarget }) => {
            if (currentTarget.value !== place) setPlace(currentTarget.value, 'settled');
          }}
          onPaste={({ currentTarget, clipboardData }) => {
            const text = clipboardData?.getData('text/plain').trim() ?? '';
            if (kind !== 'url' || !holdsQuery(text)) return;
            // What is pasted is there after this event.
            setTimeout(() => setPlace(currentTarget.value, 'settled'));
          }}
        />
        {kind === 'file' && (
          <Button
            icon="folder"
            label={strings.chooseFile}
            onClick={() => void host.chooseFile({ input: name })}
          />
        )}
        {kind === 'blob' && (
          <Button
            icon="folder"
            label={strings.browse}
            onClick={() => void host.browseBlobs({ input: name })}
          />
        )}
        {removable && (
          <IconButton
            icon="remove"
            label={fill(strings.removeInputNamed, name)}
            onClick={() => session.edit([{ kind: 'remove', path: ['inputs', name] }])}
          />
        )}
      </div>
      <div id={`${id}-about`} class={problem === undefined ? 'field-hint' : 'field-problem'}>
        {problem}
      </div>
    </div>
  );
}

function holdsQuery(text: string): boolean {
  return /^https?:\/\/[^?]*\?/i.test(text.trim());
}

function setInput(name: string, input: JobInput) {
  return { kind: 'set', path: ['inputs', name], value: { ...input } } as const;
}

function inputOf(kind: InputKind, place: string): JobInput {
  switch (kind) {
    case 'file':
      return { file: place };
    case 'blob':
      return { blob: place };
    case 'url':
      return { url: place };
  }
}
