import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { FoundService, KeyRow, ServiceUrl } from '../../shared/dashboardContract.ts';
import { IconButton } from '../controls/controls.tsx';
import { fill } from '../controls/fill.ts';
import { RunButton } from './RunButton.tsx';
import { useSession } from './session.ts';

/** Where the endpoint is and how it is called: keys, URLs and ids, each to be copied. A key's value never comes here. */
export function Connection({ service }: { readonly service: FoundService }) {
  const { strings } = useSession();
  const { ids, urls, facts, keys, authorization } = service;
  return (
    <>
      <section class="card" aria-label={strings.address}>
        <div class="card-head">
          <h2>{strings.address}</h2>
          <RunButton kind="link" label={strings.openSwagger} command="openSwagger" />
        </div>
        {authorization !== undefined && <p>{authorization}</p>}
        <dl class="facts">
          {keys.map((row) => (
            <KeyFact key={row.kind} row={row} />
          ))}
          {urls.map((url) => (
            <UrlFact key={url.kind} url={url} />
          ))}
          {ids.map(({ name, value }) => (
            <Fact key={name} name={name} copy={value}>
              {value}
            </Fact>
          ))}
        </dl>
      </section>
      {facts.length > 0 && (
        <section class="card" aria-label={strings.endpoint}>
          <h2>{strings.endpoint}</h2>
          <dl class="facts">
            {facts.map(({ name, value }) => (
              <Fact key={name} name={name}>
                {value}
              </Fact>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

function UrlFact({ url: { kind, value } }: { readonly url: ServiceUrl }) {
  const { strings } = useSession();
  return (
    <Fact name={strings.urls[kind]} copy={value}>
      {kind === 'help' ? <a href={value}>{value}</a> : value}
    </Fact>
  );
}

function KeyFact({ row: { kind, name, stored } }: { readonly row: KeyRow }) {
  const { strings, host } = useSession();
  const command = kind === 'subscriptionKey' ? 'setSubscriptionKey' : 'setApiKey';
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {stored ? (
          <>
            <span aria-hidden="true">••••••••••••</span>
            <span class="sr-only">{strings.keyHidden}</span>
            <CopyButton name={name} copy={() => host.copyKey({ kind })} />
          </>
        ) : (
          <>
            <span class="muted">{strings.keyMissing}</span>
            <RunButton kind="link" label={fill(strings.setKey, name)} command={command} />
          </>
        )}
      </dd>
    </div>
  );
}

interface FactProps {
  readonly name: string;
  /** What its button puts on the clipboard. */
  readonly copy?: string;
  readonly children: ComponentChildren;
}

function Fact({ name, copy, children }: FactProps) {
  const { host } = useSession();
  const copyText = async (text: string): Promise<boolean> => {
    await host.copyText({ text });
    return true;
  };
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span class="fact-value">{children}</span>
        {copy !== undefined && <CopyButton name={name} copy={() => copyText(copy)} />}
      </dd>
    </div>
  );
}

const copiedForMs = 2_000;

/** Says for a moment that it has copied. */
function CopyButton({ name, copy }: { readonly name: string; readonly copy: () => Promise<boolean> }) {
  const { strings } = useSession();
  const [copied, setCopied] = useState(false);
  const onClick = async (): Promise<void> => {
    if (!(await copy())) return;
    setCopied(true);
    setTimeout(() => setCopied(false), copiedForMs);
  };
  return (
    <>
      <IconButton
        label={fill(strings.copy, name)}
        icon={copied ? 'check' : 'copy'}
        onClick={() => void onClick()}
      />
      <span class="sr-only" role="status">
        {copied && fill(strings.copied, name)}
      </span>
    </>
  );
}
