import { Failure } from '../protocol/failure.ts';
import { redactUrl } from '../protocol/redaction.ts';

/**
 * A link in an answer as a URL to be called with the same token. Throws a `Failure` (`RedirectRefused`) when it leads
 * to another origin, which must not see the token.
 */
export function linkFrom(link: string, askedUrl: string): string {
  const url = URL.parse(link, askedUrl);
  if (url !== null && url.origin === new URL(askedUrl).origin) return url.href;
  throw new Failure({
    code: 'RedirectRefused',
    origin: 'network',
    sentence: `${new URL(askedUrl).host} points to ${redactUrl(link)} for the rest of its answer. That is another host, which does not get the token of your account.`,
  });
}
