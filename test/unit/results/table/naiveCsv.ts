/** RFC 4180 character by character over the whole text: slow and plain, to compare with. */
export function naiveRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  let fresh = true;
  let pending = false;
  const chars = Array.from(text);
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? '';
    pending = true;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (chars[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (char === '"' && fresh) {
      quoted = true;
      fresh = false;
    } else if (char === delimiter) {
      row.push(cell);
      cell = '';
      fresh = true;
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && chars[i + 1] === '\n') i += 1;
      rows.push([...row, cell]);
      row = [];
      cell = '';
      fresh = true;
      pending = false;
    } else {
      cell += char;
      fresh = false;
    }
  }
  if (pending) rows.push([...row, cell]);
  return rows;
}
