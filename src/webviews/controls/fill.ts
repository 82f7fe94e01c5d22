/** Puts values into the `{0}`, `{1}` … of a text. */
export function fill(template: string, ...values: readonly (string | number)[]): string {
  return template.replaceAll(/\{(\d)\}/g, (whole, index) => String(values[Number(index)] ?? whole));
}
