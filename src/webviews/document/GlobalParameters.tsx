import { useEffect, useRef, useState } from 'preact/hooks';
import { parameterProblem, type Problem } from '../../shared/inputProblems.ts';
import type { JsonMembers } from '../../shared/jsonEdits.ts';
import { schemaOf } from '../../shared/requestEditorContract.ts';
import { parameterFields, setParameter, type ParameterField } from '../../shared/requestForm.ts';
import { IconButton } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { CellField } from './CellField.tsx';
import { useDocument } from './documentSession.ts';
import { GroupHead } from './GroupHead.tsx';
import { NewName } from './NewName.tsx';
import { useGoTo } from './useGoTo.ts';

interface GlobalParametersProps {
  readonly data: { readonly globalParameters: JsonMembers };
  readonly goTo?: Problem | undefined;
  /** What else is wrong with a parameter, by its name. */
  readonly problems?: ReadonlyMap<string, string>;
}

/** The global parameters as fields, and a way to add one of any name. */
export function GlobalParameters({ data, goTo, problems }: GlobalParametersProps) {
  const session = useDocument();
  const { strings, target } = session;
  const parameters = parameterFields(data, schemaOf(target));
  const place = useRef<HTMLElement>(null);
  useGoTo(place, goTo?.kind === 'parameter' ? goTo : undefined);
  const [added, setAdded] = useState('');
  useEffect(() => {
    if (added === '') return;
    place.current?.querySelector<HTMLElement>(`[data-mark="${CSS.escape(added)}"]`)?.focus();
  }, [added]);
  return (
    <section class="input-group" aria-label={strings.globalParameters} ref={place}>
      <GroupHead title={strings.globalParameters}>
        <NewName
          action={strings.addParameter}
          label={strings.parameterName}
          onNamed={(name) => {
            if (!parameters.some((each) => each.name === name)) session.edit([setParameter(name, '')]);
            setAdded(name);
          }}
        />
      </GroupHead>
      {parameters.length > 0 && (
        <div class="fields">
          {parameters.map((parameter) => (
            <ParameterInput
              key={parameter.name}
              parameter={parameter}
              problemText={problems?.get(parameter.name)}
            />
          ))}
        </div>
      )}
    </section>
  );
}

function ParameterInput({
  parameter,
  problemText,
}: {
  readonly parameter: ParameterField;
  readonly problemText: string | undefined;
}) {
  const session = useDocument();
  const { strings } = session;
  const { name, value, required, known } = parameter;
  const found = parameterProblem(parameter);
  const remove = (): void => session.edit([setParameter(name, undefined)]);
  return (
    <CellField
      column={{ ...parameter, nullable: false }}
      mark={name}
      {...(value === undefined ? {} : { cell: value })}
      remarks={[
        parameter.format ?? parameter.type,
        ...(required ? [strings.required] : []),
        ...(known ? [] : [strings.unknownColumn]),
      ]}
      hint={parameter.description}
      placeholder={
        parameter.default === undefined ? undefined : fill(strings.defaultValue, String(parameter.default))
      }
      problem={found === 'required' ? undefined : found}
      problemText={found === 'required' ? strings.parameterMissing : problemText}
      onChange={(cell, pace) => session.edit([setParameter(name, cell)], pace)}
      action={
        value !== undefined &&
        (!known || !required) && (
          <IconButton
            label={fill(known ? strings.useDefault : strings.removeParameter, name)}
            icon={known ? 'reset' : 'remove'}
            onClick={remove}
          />
        )
      }
    />
  );
}
