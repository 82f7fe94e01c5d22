import { useId } from 'preact/hooks';
import type { JobData } from '../../shared/jobData.ts';
import { schemaOf } from '../../shared/requestEditorContract.ts';
import { IconButton } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { GroupHead } from '../document/GroupHead.tsx';
import { NewName } from '../document/NewName.tsx';
import { useSession } from './session.ts';

/** Where each output is written to. */
export function Outputs({
  data,
  problems,
}: {
  readonly data: JobData;
  /** Sentences by name. */
  readonly problems: ReadonlyMap<string, string>;
}) {
  const session = useSession();
  const { strings, target } = session;
  const schema = schemaOf(target);
  const known = schema?.outputs.map(({ name }) => name) ?? [];
  const names = [...new Set([...known, ...Object.keys(data.outputs)])];
  return (
    <section class="input-group" aria-label={strings.outputs}>
      <GroupHead title={strings.outputs}>
        {schema === undefined && (
          <NewName
            action={strings.addOutput}
            label={strings.outputName}
            onNamed={(name) => {
              if (!names.includes(name)) session.edit([setOutput(name, '')]);
            }}
          />
        )}
      </GroupHead>
      {schema !== undefined && names.length === 0 && <p class="muted">{strings.noOutputs}</p>}
      {names.map((name) => (
        <OutputRow
          key={name}
          name={name}
          location={data.outputs[name]}
          problem={problems.get(name)}
          removable={!known.includes(name)}
        />
      ))}
    </section>
  );
}

interface OutputRowProps {
  readonly name: string;
  readonly location: string | null | undefined;
  readonly problem: string | undefined;
  readonly removable: boolean;
}

function OutputRow({ name, location, problem, removable }: OutputRowProps) {
  const session = useSession();
  const { strings } = session;
  const id = useId();
  const isOfService = location === null;
  const remove = { kind: 'remove', path: ['outputs', name] } as const;
  return (
    <div class={`field port${problem === undefined ? '' : ' invalid'}`}>
      <label class="label" for={id}>
        {name}
      </label>
      <div class="port-control">
        <input
          id={id}
          class="input"
          value={location ?? ''}
          placeholder={isOfService ? strings.ofService : strings.newBlob}
          disabled={isOfService}
          spellcheck={false}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-about`}
          onInput={({ currentTarget: { value } }) =>
            session.edit([value === '' && !removable ? remove : setOutput(name, value)], 'typing')
          }
        />
        <label class="check">
          <input
            type="checkbox"
            checked={isOfService}
            aria-label={fill(strings.ofServiceOf, name)}
            onChange={({ currentTarget: { checked } }) =>
              session.edit([checked ? setOutput(name, null) : removable ? setOutput(name, '') : remove])
            }
          />
          <span>{strings.ofService}</span>
        </label>
        {removable && (
          <IconButton
            icon="remove"
            label={fill(strings.removeOutput, name)}
            onClick={() => session.edit([remove])}
          />
        )}
      </div>
      <div id={`${id}-about`} class={problem === undefined ? 'field-hint' : 'field-problem'}>
        {problem}
      </div>
    </div>
  );
}

function setOutput(name: string, value: string | null) {
  return { kind: 'set', path: ['outputs', name], value } as const;
}
