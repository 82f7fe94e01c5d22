import type { FailureView, ReasonView } from '../../shared/requestEditorContract.ts';
import { Button } from '../controls/controls.tsx';
import { Icon } from '../controls/Icon.tsx';
import { HeaderList } from './Answer.tsx';
import { type Fact, NamedValues } from './NamedValues.tsx';
import { RetryOffer } from './RetryOffer.tsx';
import { useKept, useSession } from './session.ts';

/** Why a call failed, what mends it, and on request everything that is known. */
export function FailureReport({ failure }: { readonly failure: FailureView }) {
  const { strings, host } = useSession();
  const [open, setOpen] = useKept('detailsOpen', false);
  return (
    <>
      <div class="failure" role="alert">
        <div class="failure-head">
          <Icon name="error" />
          <p class="failure-sentence">
            <span class="badge failure-origin">{strings.origins[failure.origin]}</span> {failure.sentence}
          </p>
        </div>
        {failure.retry && <RetryOffer retry={failure.retry} />}
        <div class="failure-actions">
          {failure.remedies.map((label, remedy) => (
            <Button key={remedy} kind="primary" label={label} onClick={() => void host.mend({ remedy })} />
          ))}
          {failure.status === undefined && (
            <Button label={strings.answers.sendAgain} onClick={() => void host.sendAgain()} />
          )}
          <Button
            label={open ? strings.hideDetails : strings.showDetails}
            expanded={open}
            onClick={() => setOpen(!open)}
          />
          <Button label={strings.copyDetails} onClick={() => void host.copyFailure()} />
          <Button label={strings.showLog} onClick={() => void host.showLog()} />
        </div>
      </div>
      {open && <FailureDetails failure={failure} />}
    </>
  );
}

function FailureDetails({ failure }: { readonly failure: FailureView }) {
  const { strings, host } = useSession();
  const { code, status, origin, method = '', url, requestId, time, reasons, headers, body } = failure;
  const facts: readonly Fact[] = [
    [strings.failureCode, status === undefined ? code : `${code} (HTTP ${status})`],
    [strings.failureOrigin, strings.origins[origin]],
    [strings.url, url === undefined ? undefined : `${method} ${url}`.trim()],
    [strings.requestId, requestId],
    [strings.time, time],
  ];
  const hasTarget = reasons.some(({ target }) => target !== undefined);
  return (
    <div class="failure-details">
      <NamedValues facts={facts} />
      {reasons.length > 0 && (
        <table class="reasons">
          <thead>
            <tr>
              <th scope="col">{strings.failureCode}</th>
              {hasTarget && <th scope="col">{strings.failureTarget}</th>}
              <th scope="col">{strings.failureMessage}</th>
            </tr>
          </thead>
          <tbody>
            {reasons.map((reason, i) => (
              <tr key={i}>
                <td>{reason.code}</td>
                {hasTarget && <td>{reason.target}</td>}
                <td>
                  <ReasonText reason={reason} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {headers.length > 0 && (
        <>
          <h3>{strings.answerHeaders}</h3>
          <HeaderList headers={headers} />
        </>
      )}
      {body !== undefined && body !== '' && (
        <>
          <h3>
            {strings.answerBody}
            <Button
              kind="link"
              icon="document"
              label={strings.openAsDocument}
              onClick={() => void host.openAnswer()}
            />
          </h3>
          <pre class="answer-text" tabIndex={0} aria-label={strings.answerBody}>
            {body}
          </pre>
        </>
      )}
    </div>
  );
}

/** A message that has JSON in it is shown as what it says; the whole of it can be unfolded. */
function ReasonText({ reason: { message, facts } }: { readonly reason: ReasonView }) {
  const { strings } = useSession();
  if (!facts) return <>{message}</>;
  return (
    <>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{strings.answers.factNames[name]}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>{strings.answers.wholeMessage}</summary>
        <pre class="answer-text whole-message">{message}</pre>
      </details>
    </>
  );
}
