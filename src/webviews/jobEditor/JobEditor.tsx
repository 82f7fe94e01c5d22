import { generations, type JobData } from '../../shared/jobData.ts';
import { jobProblems, problemSentence, type JobProblem } from '../../shared/jobProblems.ts';
import { schemaOf } from '../../shared/requestEditorContract.ts';
import { Button, Message } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { Icon } from '../controls/Icon.tsx';
import { BrokenDocument } from '../document/BrokenDocument.tsx';
import { useSessionChanges } from '../document/editedSession.ts';
import { GlobalParameters } from '../document/GlobalParameters.tsx';
import { SchemaRemark } from '../document/SchemaRemark.tsx';
import { TargetPickers } from '../document/TargetPickers.tsx';
import { UnknownTarget } from '../document/UnknownTarget.tsx';
import { Inputs } from './Inputs.tsx';
import { JobBar } from './JobBar.tsx';
import { LastJob } from './LastJob.tsx';
import { Outputs } from './Outputs.tsx';
import { useSession } from './session.ts';

/** The whole page: what the job is made of, and what became of it the last time. */
export function JobEditor() {
  const session = useSession();
  useSessionChanges(session);
  const { strings, document: state, target } = session;
  if (state.kind === 'broken') return <BrokenDocument title={strings.broken} problem={state.problem} />;
  const { data } = state;
  const problems = jobProblems(data, schemaOf(target));
  const sentences = (kind: JobProblem['kind']): ReadonlyMap<string, string> =>
    new Map(
      problems
        .filter((problem) => problem.kind === kind)
        .map((problem) => [problem.name, problemSentence(problem, strings)]),
    );
  return (
    <div class="editor">
      <JobBar hasProblems={problems.length > 0} />
      <main class="job-form">
        {session.refusal !== undefined && (
          <Message kind="error">{fill(strings.editRefused, session.refusal)}</Message>
        )}
        {state.ignored.length > 0 && (
          <Message kind="warning">{fill(strings.ignoredMembers, state.ignored.join(', '))}</Message>
        )}
        <UnknownTarget />
        <div class="parameters">
          <TargetPickers data={data} />
          <StorageField data={data} />
          <GenerationField data={data} />
        </div>
        {sentences('generation').size > 0 && <Message kind="warning">{strings.tooMany}</Message>}
        <SchemaRemark />
        <Inputs data={data} problems={sentences('input')} />
        <Outputs data={data} problems={sentences('output')} />
        <GlobalParameters data={data} problems={sentences('parameter')} />
        <LastJob />
      </main>
    </div>
  );
}

function StorageField({ data }: { readonly data: JobData }) {
  const session = useSession();
  const { strings, storages, host } = session;
  const { storage = '' } = data;
  const names =
    storages.names.includes(storage) || storage === '' ? storages.names : [storage, ...storages.names];
  const usual =
    storages.implied === undefined ? strings.storageAsked : fill(strings.storageImplied, storages.implied);
  return (
    <div class="field">
      <div class="label-line">
        <label class="label" for="storage">
          {strings.storage}
        </label>
        <Button kind="link" label={strings.addStorage} onClick={() => void host.addStorage()} />
      </div>
      <span class="select">
        <select
          id="storage"
          value={storage}
          onChange={({ currentTarget: { value } }) =>
            session.edit([
              value === ''
                ? { kind: 'remove', path: ['storage'] }
                : { kind: 'set', path: ['storage'], value },
            ])
          }
        >
          <option value="">{usual}</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {storages.names.includes(name) ? name : fill(strings.storageUnknown, name)}
            </option>
          ))}
        </select>
        <Icon name="down" />
      </span>
    </div>
  );
}

function GenerationField({ data }: { readonly data: JobData }) {
  const session = useSession();
  const { strings } = session;
  return (
    <label class="field" title={strings.generationHint}>
      <div class="label-line">
        <span class="label">{strings.generation}</span>
      </div>
      <span class="select">
        <select
          value={data.generation}
          onChange={({ currentTarget: { value } }) =>
            session.edit([
              value === generations[0]
                ? { kind: 'remove', path: ['generation'] }
                : { kind: 'set', path: ['generation'], value },
            ])
          }
        >
          {generations.map((generation) => (
            <option key={generation} value={generation}>
              {strings.generations[generation]}
            </option>
          ))}
        </select>
        <Icon name="down" />
      </span>
    </label>
  );
}
