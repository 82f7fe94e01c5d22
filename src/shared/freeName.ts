/** The name, or the first of it with a number after `separator` that nobody has. */
export function freeName(wanted: string, separator: string, isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}${separator}${number}`;
    if (!isTaken(name)) return name;
  }
}
