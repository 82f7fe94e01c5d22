import { redactText } from '../protocol/redaction.ts';

const secretWords =
  /pass(?:word|phrase)|\bpwd\b|secret|token(?![a-z])|credential|(?:api|access|account|subscription)[-_ ]?key|\bkey$|\bsas\b|signature|connection[-_ ]?string|authorization/i;

/** Whether what goes by this name is likely to be a secret. */
export function isSecretName(name: string): boolean {
  return secretWords.test(name) || /[a-z\d_]Key$/.test(name);
}

/** Whether a value is likely to be a secret, by its name or by what it looks like. */
export function mayBeSecret(name: string, value: string): boolean {
  return isSecretName(name) || redactText(value) !== value || looksRandom(value);
}

/** A key is long, has no spaces, and mixes letters of both cases with digits; a GUID or a path is no key. */
function looksRandom(value: string): boolean {
  if (!/^[\w+/=.~-]{24,}$/.test(value) || /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value))
    return false;
  return /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
}
