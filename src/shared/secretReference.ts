/** What stands in a header for a secret of the workspace: `${secret:NAME}`, after a scheme where one is wanted. */
export interface SecretReference {
  /** Such as `Bearer `; often empty. */
  readonly prefix: string;
  readonly name: string;
}

/** The reference that a header's value is; undefined for any other text. */
export function secretReference(value: string): SecretReference | undefined {
  const [, prefix = '', name] = /^\s*((?:[\w-]+ +)?)\$\{secret:([\w.-]{1,64})\}\s*$/.exec(value) ?? [];
  return name === undefined ? undefined : { prefix, name };
}

export function writeSecretReference({ prefix, name }: SecretReference): string {
  return `${prefix}\${secret:${name}}`;
}

/** A secret's name made from a header's: `x-api-key`. */
export function secretNameFor(header: string): string {
  return (
    header
      .trim()
      .toLowerCase()
      .replaceAll(/[^\w.-]+/g, '-')
      .slice(0, 48) || 'secret'
  );
}

/** A header's value in two: the scheme before the secret, which may stay in a document, and the secret. */
export function splitCredential(value: string): { readonly prefix: string; readonly secret: string } {
  const [, scheme = '', secret = ''] =
    /^\s*((?:Bearer|Basic|SharedKey|SharedAccessSignature)\s+)?([^]*?)\s*$/i.exec(value) ?? [];
  return { prefix: scheme === '' ? '' : `${scheme.trim()} `, secret };
}
