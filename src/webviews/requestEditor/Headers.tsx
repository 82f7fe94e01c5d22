import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RequestData } from '../../shared/requestData.ts';
import type { Credential, NamedValue } from '../../shared/requestEditorContract.ts';
import type { RequestEditorStrings } from '../../shared/requestEditorStrings.ts';
import { holdsCredential } from '../../shared/requestForm.ts';
import { Button, IconButton, Message, Section } from '../controls/controls.tsx';
import { Icon } from '../controls/Icon.tsx';
import { useKept, useSession } from './session.ts';
import { fill } from './text.ts';

const contentType = 'Content-Type';

/** The request's headers: those of the document, and above them those that hold a key and are never in it. */
export function Headers({ request }: { readonly request: RequestData }) {
  const session = useSession();
  const { strings, target } = session;
  const [open, setOpen] = useKept('headersOpen', false);
  const [drafts, setDrafts] = useState<readonly number[]>([]);
  const nextDraft = useRef(0);
  const credentials = target.kind === 'found' ? target.credentials : [];
  const reserved = credentials.map(({ header }) => header);
  const names = Object.keys(request.headers);
  const hasContentType = names.some((name) => name.toLowerCase() === contentType.toLowerCase());
  const refused = names.filter((name) => holdsCredential(name, request.headers[name] ?? '', reserved));
  const own = names.filter((name) => !refused.includes(name));
  const isOpen = open || refused.length > 0;
  return (
    <Section
      title={strings.headers}
      badge={String(own.length + credentials.length + (hasContentType ? 0 : 1))}
      open={isOpen}
      onToggle={setOpen}
      summary={<HeadersSummary names={own} credentials={credentials} />}
      actions={
        <Button
          kind="link"
          icon="add"
          label={strings.addHeader}
          onClick={() => {
            setOpen(true);
            setDrafts([...drafts, nextDraft.current++]);
          }}
        />
      }
    >
      {refused.map((name) => (
        <Message
          key={name}
          kind="warning"
          actions={
            <>
              <StoreButton header={name} value={request.headers[name] ?? ''} />
              <Button
                label={fill(strings.removeHeader, name)}
                onClick={() => session.edit([removal(name)])}
              />
            </>
          }
        >
          {fill(strings.secretInFile, name)}
        </Message>
      ))}
      <div class="headers">
        {!hasContentType && (
          <HeaderRow name={contentType} value="application/json" reserved={reserved} preset />
        )}
        {own.map((name, i) => (
          <HeaderRow key={i} name={name} value={request.headers[name] ?? ''} reserved={reserved} />
        ))}
        {credentials.map((credential) => (
          <CredentialRow key={credential.header} credential={credential} />
        ))}
        {drafts.map((draft) => (
          <DraftRow
            key={draft}
            reserved={reserved}
            isLast={draft === drafts.at(-1)}
            onDone={() => setDrafts((now) => now.filter((other) => other !== draft))}
          />
        ))}
      </div>
    </Section>
  );
}

interface HeadersSummaryProps {
  readonly names: readonly string[];
  readonly credentials: readonly Credential[];
}

function HeadersSummary({ names, credentials }: HeadersSummaryProps) {
  const { strings } = useSession();
  const keys = credentials.map((credential) => credentialText(strings, credential));
  const isMissing = credentials.some(({ stored }) => stored === false);
  const text = [...(names.length === 0 ? [contentType] : names), ...keys].join(' · ');
  return (
    <>
      {isMissing && <Icon name="warning" />}
      <span class="headers-summary" title={text}>
        {text}
      </span>
    </>
  );
}

function removal(name: string): { kind: 'remove'; path: string[] } {
  return { kind: 'remove', path: ['headers', name] };
}

interface HeaderRowProps {
  readonly name: string;
  readonly value: string;
  readonly reserved: readonly string[];
  /** Sent although the document does not name it; editing it puts it there. */
  readonly preset?: boolean;
}

function HeaderRow({ name, value, reserved, preset }: HeaderRowProps) {
  const session = useSession();
  const { strings } = session;
  const [secret, setSecret] = useState<string>();
  useHeld(secret === undefined ? undefined : [name, secret], () => setSecret(undefined));
  const rename = (to: string): void => {
    if (to === name || to === '' || holdsCredential(to, value, reserved)) return;
    session.edit([removal(name), { kind: 'set', path: ['headers', to], value }]);
  };
  const change = (to: string): void => {
    const isSecret = holdsCredential(name, to, reserved);
    setSecret(isSecret ? to : undefined);
    if (!isSecret) session.edit([{ kind: 'set', path: ['headers', name], value: to }], 'typing');
  };
  return (
    <>
      <input
        class="input"
        value={name}
        readOnly={preset}
        aria-label={strings.headerName}
        spellcheck={false}
        onChange={({ currentTarget }) => rename(currentTarget.value.trim())}
      />
      <input
        class="input"
        value={secret ?? value}
        aria-label={fill(strings.headerValue, name)}
        spellcheck={false}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
      {preset ? (
        <span />
      ) : (
        <IconButton
          label={fill(strings.removeHeader, name)}
          icon="remove"
          onClick={() => session.edit([removal(name)])}
        />
      )}
      {secret !== undefined && (
        <SecretRefused header={name} value={secret} onDone={() => setSecret(undefined)} />
      )}
    </>
  );
}

interface DraftRowProps {
  readonly reserved: readonly string[];
  readonly isLast: boolean;
  readonly onDone: () => void;
}

/** A header that has no name yet; it goes into the document when the focus leaves it. */
function DraftRow({ reserved, isLast, onDone }: DraftRowProps) {
  const session = useSession();
  const { strings } = session;
  const row = useRef<HTMLDivElement>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const isSecret = holdsCredential(name, value, reserved);
  const commit = (): void => {
    if (name.trim() === '' || isSecret) return;
    session.edit([{ kind: 'set', path: ['headers', name.trim()], value }]);
    onDone();
  };
  useHeld(isSecret && value.trim() !== '' ? [name.trim(), value] : undefined, onDone);
  const latest = useRef(commit);
  latest.current = commit;
  useEffect(() => session.onBeforeFlush(() => latest.current()), [session]);
  useLayoutEffect(() => {
    if (isLast) nameField.current?.focus();
  }, [isLast]);
  const leave = (event: FocusEvent): void => {
    if (!(event.relatedTarget instanceof Node && row.current?.contains(event.relatedTarget))) commit();
  };
  return (
    <div class="header-draft" ref={row} onFocusOut={leave}>
      <input
        class="input"
        ref={nameField}
        value={name}
        aria-label={strings.headerName}
        placeholder={strings.headerName}
        spellcheck={false}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <input
        class="input"
        value={value}
        aria-label={strings.newHeaderValue}
        placeholder={strings.newHeaderValue}
        spellcheck={false}
        onInput={({ currentTarget }) => setValue(currentTarget.value)}
      />
      <IconButton label={strings.discard} icon="remove" onClick={onDone} />
      {isSecret && <SecretRefused header={name} value={value} onDone={onDone} />}
    </div>
  );
}

interface SecretRefusedProps {
  readonly header: string;
  readonly value: string;
  readonly onDone: () => void;
}

/** A key that was typed as a header: it goes where keys belong, or nowhere. */
function SecretRefused({ header, value, onDone }: SecretRefusedProps) {
  const { strings } = useSession();
  return (
    <div class="header-remark">
      <Message
        kind="warning"
        actions={
          <>
            <StoreButton header={header} value={value} onDone={onDone} />
            <Button label={strings.discard} onClick={onDone} />
          </>
        }
      >
        {strings.secretRefused}
      </Message>
    </div>
  );
}

interface StoreButtonProps {
  readonly header: string;
  readonly value: string;
  readonly onDone?: () => void;
}

/** Moves a key to the secret storage, if the service is known whose it is. */
function StoreButton({ header, value, onDone }: StoreButtonProps) {
  const { strings, host, target } = useSession();
  if (target.kind !== 'found' || header.trim() === '' || value.trim() === '') return null;
  const store = async (): Promise<void> => {
    if (await host.storeCredential({ header: header.trim(), value: value.trim() })) onDone?.();
  };
  return <Button kind="primary" label={strings.storeSecret} onClick={() => void store()} />;
}

/** Tells the session of a key that is typed here, as long as it is. */
function useHeld(credential: NamedValue | undefined, drop: () => void): void {
  const session = useSession();
  const latest = useRef({ credential, drop });
  latest.current = { credential, drop };
  useEffect(
    () =>
      session.holdCredential({
        credential: () => latest.current.credential,
        drop: () => latest.current.drop(),
      }),
    [session],
  );
}

function CredentialRow({ credential }: { readonly credential: Credential }) {
  const { strings, host } = useSession();
  const { header, kind, stored } = credential;
  const canSet = kind === 'apiKey' || kind === 'subscriptionKey' || kind === 'header';
  return (
    <>
      <span class="header-fixed" title={strings.headerFilled}>
        {header}
      </span>
      <span
        class={stored === false ? 'header-fixed missing' : 'header-fixed muted'}
        title={strings.headerFilled}
      >
        <span class="header-value">
          <Icon name={stored === false ? 'warning' : 'key'} />
          {credentialText(strings, credential)}
        </span>
        {canSet && (
          <Button
            kind="link"
            label={stored === true ? strings.replaceKey : strings.setKey}
            onClick={() => void host.setCredential({ kind })}
          />
        )}
      </span>
      <span />
    </>
  );
}

function credentialText(strings: RequestEditorStrings, { kind, stored }: Credential): string {
  switch (kind) {
    case 'apiKey':
      return storedText(stored, strings.apiKeyStored, strings.apiKeyMissing, strings.headerFilled);
    case 'subscriptionKey':
      return storedText(
        stored,
        strings.subscriptionKeyStored,
        strings.subscriptionKeyMissing,
        strings.headerFilled,
      );
    case 'header':
      return storedText(stored, strings.headerStored, strings.headerMissing, strings.headerFilled);
    case 'gateway':
      return strings.apiKeyByGateway;
    case 'microsoft':
      return strings.microsoftToken;
  }
}

function storedText(stored: boolean | undefined, yes: string, no: string, unknown: string): string {
  if (stored === undefined) return unknown;
  return stored ? yes : no;
}
