import { redactText } from '../protocol/redaction.ts';
import { isSecretName } from './secretNames.ts';

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
