import * as tls from 'node:tls';

let trusted: tls.SecureContext | undefined;

/**
 * A TLS context that trusts Node's own authorities and those of the operating system. Made once: reading some
 * hundred certificates for every connection would cost milliseconds each time.
 */
export function trustedContext(): tls.SecureContext {
  trusted ??= tls.createSecureContext({ ca: authorities() });
  return trusted;
}

function authorities(): string[] {
  if (typeof tls.getCACertificates !== 'function') return [...tls.rootCertificates];
  return [...new Set([...tls.getCACertificates('default'), ...systemAuthorities()])];
}

/** A broken certificate store must not take away the authorities that Node has. */
function systemAuthorities(): string[] {
  try {
    return tls.getCACertificates('system');
  } catch {
    return [];
  }
}
