import type { AnswerView } from '../../shared/requestEditorContract.ts';
import { Section } from '../controls/controls.tsx';
import { HeaderList } from './Answer.tsx';
import { type Fact, NamedValues } from './NamedValues.tsx';
import { useKept, useSession } from './session.ts';
import { byteText } from '../controls/measures.ts';
import { duration, fill } from './text.ts';

/** Shorter waits before the connection are nothing that a person would ask about, in milliseconds. */
const leastPreparation = 1;

/** The request as it went over the wire, and where its time went. */
export function Sent({ answer }: { readonly answer: AnswerView }) {
  const { strings } = useSession();
  const [open, setOpen] = useKept('sentOpen', false);
  const { sent, phases = [] } = answer;
  if (!sent) return null;
  const size = sent.bodySize === undefined ? strings.sentWithoutBody : byteText(sent.bodySize, strings);
  const facts: readonly Fact[] = [
    [strings.url, `${sent.method} ${sent.url}`],
    [strings.redirectedFrom, sent.redirectedFrom.join('\n') || undefined],
    [strings.sentThrough, sent.proxy],
    [strings.sentBody, size],
  ];
  return (
    <Section
      title={strings.sent}
      open={open}
      onToggle={setOpen}
      summary={<span class="muted">{fill(strings.sentSummary, sent.headers.length, size)}</span>}
    >
      <div class="sent-request">
        <NamedValues facts={facts} />
        {phases.length > 0 && <Phases phases={phases} />}
        <h3>{strings.sentHeaders}</h3>
        <HeaderList headers={sent.headers} />
        {sent.headers.some(([, value]) => value === '***') && <p class="muted">{strings.sentMasked}</p>}
      </div>
    </Section>
  );
}

function Phases({ phases }: { readonly phases: NonNullable<AnswerView['phases']> }) {
  const { strings } = useSession();
  const shown = phases.filter(({ name, ms }) => name !== 'prepare' || ms >= leastPreparation);
  const total = phases.reduce((sum, { ms }) => sum + ms, 0);
  const isReused = !phases.some(({ name }) => name === 'connect' || name === 'tunnel');
  return (
    <>
      <table class="phases">
        <thead>
          <tr>
            <th scope="col">{strings.phase}</th>
            <th scope="col">{strings.duration}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {shown.map(({ name, ms }) => (
            <tr key={name}>
              <th scope="row">{strings.phaseNames[name]}</th>
              <td class="numeric">{duration(strings, ms)}</td>
              <td class="phase-share" aria-hidden="true">
                <div style={{ width: `${total === 0 ? 0 : (ms / total) * 100}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {isReused && <p class="muted">{strings.connectionReused}</p>}
    </>
  );
}
