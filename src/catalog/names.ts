/** The built-in workspace of the local service. */
export const localWorkspaceName = 'Local';

/** Whether a text can be the name of an HTTP header. Source: RFC 9110, section 5.6.2. */
export function isHeaderName(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text);
}
