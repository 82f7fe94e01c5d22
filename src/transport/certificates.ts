import * as tls from 'node:tls';

/**
 * A TLS context that trusts Node's own authorities (those of `NODE_EXTRA_CA_CERTS` among them), those of the operating
 * system if `system` says so and, as PEM, `more`. To be made once: reading some hundred certificates for every
 * connection would cost milliseconds each time.
 */
export function trustedContext(more: readonly string[], system: boolean): tls.SecureContext {
  return tls.createSecureContext({
    ca: [...new Set([...nodeAuthorities(), ...(system ? systemAuthorities() : []), ...more])],
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
