import type { ComponentChildren } from 'preact';
import type { ServiceAddress } from '../../protocol/studio/urls.ts';
import { useDocument } from './documentSession.ts';

/** Where a document's POST goes, or why that is not known; `children` stand behind it. */
export function TargetUrl({
  urlOf,
  children,
}: {
  readonly urlOf: (address: ServiceAddress) => string;
  readonly children?: ComponentChildren;
}) {
  const { strings, target } = useDocument();
  const url = target.kind === 'found' ? urlOf(target.address) : '';
  return (
    <div class="url-field">
      <span class="method">POST</span>
      {target.kind === 'found' ? (
        <input class="url" readOnly value={url} title={url} aria-label={strings.url} spellcheck={false} />
      ) : (
        <span class={target.kind === 'unknown' ? 'url problem' : 'url muted'} role="status">
          {target.kind === 'unknown' ? target.sentence : strings.findingService}
        </span>
      )}
      {children}
    </div>
  );
}
