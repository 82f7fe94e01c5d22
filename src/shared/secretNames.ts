const secretWords =
  /pass(?:word|phrase)|\bpwd\b|secret|token(?![a-z])|credential|(?:api|access|account|subscription)[-_ ]?key|\bkey$|\bsas\b|signature|connection[-_ ]?string|authorization/i;

/** Whether what goes by this name is likely to be a secret. */
export function isSecretName(name: string): boolean {
  return secretWords.test(name) || /[a-z\d_]Key$/.test(name);
}
