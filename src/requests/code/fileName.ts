/** A name for a file or blob that any system takes, and that no other of `all` gets. */
export function fileName(name: string, index: number, all: readonly string[]): string {
  const safe = (each: string): string => each.replaceAll(/[^\w-]+|^-/g, '_').slice(0, 100) || '_';
  const isTaken = all.some(
    (other, at) => at !== index && safe(other).toLowerCase() === safe(name).toLowerCase(),
  );
  return `${safe(name)}${isTaken ? `-${index + 1}` : ''}.csv`;
}
