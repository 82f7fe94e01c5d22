import * as tls from 'node:tls';

/**
 * A TLS context that trusts Node's own authorities, those of the operating system and, as PEM, `more`. To be made
 * once: reading some hundred certificates for every connection would cost milliseconds each time.
 */
export function trustedContext(more: readonly string[]): tls.SecureContext {
  return tls.createSecureContext({
    ca: [...new Set([...nodeAuthorities(), ...systemAuthorities(), ...more])],
  });
}

function nodeAuthorities(): readonly string[] {
  return typeof tls.getCACertificates === 'function'
    ? tls.getCACertificates('default')
    : tls.rootCertificates;
}

/** A broken certificate store must not take away the authorities that Node has. */
function systemAuthorities(): readonly string[] {
  try {
    return tls.getCACertificates('system');
  } catch {
    return [];
  }
}
