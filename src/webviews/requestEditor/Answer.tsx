import { useEffect, useRef } from 'preact/hooks';
import type { AnswerView, CallState, Ending, NamedValue } from '../../shared/requestEditorContract.ts';
import type { AllowanceView, ComparisonView } from '../../shared/answerContract.ts';
import type { RequestEditorStrings } from '../../shared/requestEditorStrings.ts';
import { Button, IconButton, Message, Tabs, tabId, type Tab } from '../controls/controls.tsx';
import './answer.css';
import { AnswerTable } from './AnswerTable.tsx';
import { CallsLeft } from './CallsLeft.tsx';
import { Comparison } from './Comparison.tsx';
import { FailureReport } from './FailureReport.tsx';
import { NamedValues } from './NamedValues.tsx';
import { Sent } from './Sent.tsx';
import { useKept, useSession } from './session.ts';
import { byteText } from '../controls/measures.ts';
import { duration, fill } from './text.ts';

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
      {call.kind === 'running' && (
        <p class="empty">
          {call.received === undefined
            ? fill(strings.running, '')
            : fill(strings.answers.received, byteText(call.received, strings))}
        </p>
      )}
      {ended?.recalled !== undefined && <Recalled ending={ended} time={ended.recalled} />}
      {ended?.answer && <AnswerSummary answer={ended.answer} allowance={ended.allowance} />}
      {ended?.answer?.notUtf8 && <Message kind="warning">{strings.notUtf8}</Message>}
      {ended?.answer && <Sent answer={ended.answer} />}
      {ended?.failure && <FailureReport failure={ended.failure} />}
      {ended?.answer && !ended.failure && <AnswerBody answer={ended.answer} comparison={ended.comparison} />}
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

function Recalled({ ending, time }: { readonly ending: Ending; readonly time: string }) {
  const { strings } = useSession();
  const from = fill(strings.answers.fromHistory, new Date(time).toLocaleString());
  return (
    <Message kind="info">
      {ending.answer || ending.failure ? from : `${from}. ${strings.answers.notKept}`}
    </Message>
  );
}

interface AnswerSummaryProps {
  readonly answer: AnswerView;
  readonly allowance: AllowanceView | undefined;
}

function AnswerSummary({ answer, allowance }: AnswerSummaryProps) {
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
          <span class="fact-name">{strings.size}</span> {byteText(answer.size, strings)}
        </span>
        <span class="fact muted" title={answer.time}>
          {new Date(answer.time).toLocaleTimeString()}
        </span>
        {allowance && <CallsLeft allowance={allowance} />}
        <span class="summary-actions">
          <IconButton
            label={strings.answers.sendAgain}
            icon="refresh"
            onClick={() => void host.sendAgain()}
          />
          <IconButton
            label={strings.answers.showHistory}
            icon="history"
            onClick={() => void host.showHistory()}
          />
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

interface AnswerBodyProps {
  readonly answer: AnswerView;
  readonly comparison: ComparisonView | undefined;
}

function AnswerBody({ answer, comparison }: AnswerBodyProps) {
  const { strings, host } = useSession();
  const [kept, setTab] = useKept('answerTab', 'table');
  const tabs: Tab[] = [
    { id: 'table', label: strings.table },
    { id: 'json', label: strings.json },
    { id: 'headers', label: strings.answerHeaders, badge: String(answer.headers.length) },
    ...(comparison ? [{ id: 'comparison', label: strings.answers.comparison }] : []),
  ];
  const selected = tabs.some(({ id }) => id === kept) ? kept : 'table';
  const compared = comparison?.time;
  const before = useRef(compared);
  useEffect(() => {
    if (compared !== undefined && compared !== before.current) setTab('comparison');
    before.current = compared;
  }, [compared]);
  return (
    <div class="answer-body">
      {answer.inFile && <FileAnswer size={answer.size} />}
      <Tabs label={strings.answer} panelId={panelId} tabs={tabs} selected={selected} onSelect={setTab}>
        <IconButton
          label={answer.inFile ? strings.answers.openBeginning : strings.openAsDocument}
          icon="document"
          onClick={() => void host.openAnswer()}
        />
        <IconButton label={strings.saveAnswer} icon="save" onClick={() => void host.saveAnswer()} />
        {!answer.inFile && (
          <IconButton label={strings.answers.compare} icon="compare" onClick={() => void host.compare()} />
        )}
      </Tabs>
      <div id={panelId} class="tab-panel" role="tabpanel" aria-labelledby={tabId(panelId, selected)}>
        {selected === 'table' && <AnswerTable key={answer.time} answer={answer} />}
        {selected === 'json' && <AnswerJson answer={answer} />}
        {selected === 'headers' && <HeaderList headers={answer.headers} />}
        {selected === 'comparison' && comparison && <Comparison comparison={comparison} />}
      </div>
    </div>
  );
}

/** An answer that is too large for the page is in a file. */
function FileAnswer({ size }: { readonly size: number }) {
  const { strings, host } = useSession();
  const texts = strings.answers;
  return (
    <Message
      kind="info"
      actions={
        <>
          <Button kind="link" label={texts.openFile} onClick={() => void host.openAnswerFile()} />
          <Button kind="link" label={strings.saveAnswer} onClick={() => void host.saveAnswer()} />
          <Button kind="link" label={texts.revealFile} onClick={() => void host.revealAnswer()} />
        </>
      }
    >
      {fill(texts.fileAnswer, byteText(size, strings))}
    </Message>
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
  return <NamedValues facts={headers} />;
}
