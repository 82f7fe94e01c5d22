import { useEffect, useRef } from 'preact/hooks';
import type { AnswerView, CallState, NamedValue } from '../../shared/requestEditorContract.ts';
import type { RequestEditorStrings } from '../../shared/requestEditorStrings.ts';
import { Button, IconButton, Message, Tabs, tabId, type Tab } from '../controls/controls.tsx';
import { AnswerTable } from './AnswerTable.tsx';
import { FailureReport } from './FailureReport.tsx';
import { useKept, useSession } from './session.ts';
import { byteSize, duration, fill } from './text.ts';

const panelId = 'answer';

/** What came back of the last call. */
export function Answer() {
  const { strings, call } = useSession();
  const top = useRef<HTMLDivElement>(null);
  const ended = call.kind === 'ended' ? call : undefined;
  const announced = announcement(strings, call);
  useScrollIntoView(top, call);
  return (
    <div class="answer-content" ref={top}>
      <div class="sr-only" role="status">
        {announced}
      </div>
      {call.kind === 'idle' && <p class="empty">{strings.noAnswer}</p>}
      {call.kind === 'cancelled' && <p class="empty">{strings.cancelled}</p>}
      {call.kind === 'preparing' && <p class="empty">{strings.preparing}</p>}
      {call.kind === 'running' && <p class="empty">{fill(strings.running, '')}</p>}
      {ended?.answer && <AnswerSummary answer={ended.answer} />}
      {ended?.failure && <FailureReport failure={ended.failure} />}
      {ended?.answer && !ended.failure && <AnswerBody answer={ended.answer} />}
    </div>
  );
}

/** In the narrow layout the answer is below the request: an answer that comes while one looks is brought into sight. */
function useScrollIntoView(top: { readonly current: HTMLElement | null }, call: CallState): void {
  const before = useRef(call.kind);
  useEffect(() => {
    const came = (before.current === 'preparing' || before.current === 'running') && call.kind === 'ended';
    before.current = call.kind;
    if (came) top.current?.scrollIntoView({ block: 'nearest' });
  }, [call]);
}

function announcement(strings: RequestEditorStrings, call: CallState): string {
  if (call.kind === 'preparing') return strings.preparing;
  if (call.kind === 'running') return fill(strings.running, '');
  if (call.kind === 'cancelled') return strings.cancelled;
  if (call.kind !== 'ended' || !call.answer) return '';
  const { status, statusText, totalMs, outputs } = call.answer;
  const rows = outputs.map(({ name, rowCount }) =>
    rowCount === 1 ? `${name}: ${strings.oneRow}` : `${name}: ${fill(strings.rowCount, rowCount)}`,
  );
  return [fill(strings.answerIn, `${status} ${statusText}`, duration(strings, totalMs)), ...rows].join(', ');
}

function AnswerSummary({ answer }: { readonly answer: AnswerView }) {
  const { strings, host } = useSession();
  const { status, statusText, url, connectedMs, firstByteMs, totalMs } = answer;
  const ms = (value: number): string => duration(strings, value);
  const phases =
    connectedMs === undefined
      ? fill(strings.firstByte, ms(firstByteMs))
      : fill(strings.phases, ms(connectedMs), ms(firstByteMs));
  return (
    <div class="summary">
      <div class="summary-line">
        <span class={`status status-${Math.floor(status / 100)}`}>
          {status} {statusText}
        </span>
        <span class="fact">
          <span class="fact-name">{strings.latency}</span> {ms(totalMs)}{' '}
          <span class="fact-name">({phases})</span>
        </span>
        <span class="fact">
          <span class="fact-name">{strings.size}</span> {byteSize(strings, answer.size)}
        </span>
        <span class="fact muted" title={answer.time}>
          {new Date(answer.time).toLocaleTimeString()}
        </span>
      </div>
      <div class="summary-url">
        <span class="sr-only">{strings.requestedUrl}</span>
        <code title={url}>{url}</code>
        <IconButton label={strings.copyUrl} icon="copy" onClick={() => void host.copy({ text: url })} />
      </div>
    </div>
  );
}

function AnswerBody({ answer }: { readonly answer: AnswerView }) {
  const { strings, host } = useSession();
  const [kept, setTab] = useKept('answerTab', 'table');
  const tabs: Tab[] = [
    { id: 'table', label: strings.table },
    { id: 'json', label: strings.json },
    { id: 'headers', label: strings.answerHeaders, badge: String(answer.headers.length) },
  ];
  const selected = tabs.some(({ id }) => id === kept) ? kept : 'table';
  return (
    <div class="answer-body">
      <Tabs label={strings.answer} panelId={panelId} tabs={tabs} selected={selected} onSelect={setTab}>
        <Button
          kind="link"
          icon="document"
          label={strings.openAsDocument}
          onClick={() => void host.openAnswer()}
        />
        <Button kind="link" icon="save" label={strings.saveAnswer} onClick={() => void host.saveAnswer()} />
      </Tabs>
      <div id={panelId} class="tab-panel" role="tabpanel" aria-labelledby={tabId(panelId, selected)}>
        {selected === 'table' && <AnswerTable answer={answer} />}
        {selected === 'json' && <AnswerJson answer={answer} />}
        {selected === 'headers' && <HeaderList headers={answer.headers} />}
      </div>
    </div>
  );
}

function AnswerJson({ answer }: { readonly answer: AnswerView }) {
  const { strings } = useSession();
  return (
    <>
      {answer.text.cut && <Message kind="info">{strings.textCut}</Message>}
      <pre class="answer-text" tabIndex={0} aria-label={strings.json}>
        {answer.text.text}
      </pre>
    </>
  );
}

export function HeaderList({ headers }: { readonly headers: readonly NamedValue[] }) {
  const { strings } = useSession();
  if (headers.length === 0) return <p class="muted">{strings.noHeaders}</p>;
  return (
    <dl class="named-values">
      {headers.map(([name, value], i) => (
        <div key={i}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
