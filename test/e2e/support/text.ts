/** Matches a text that is exactly `text`, apart from white space around it. */
export function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${escaped(text)}\\s*$`);
}

/** Matches a text that begins with `text`; labels of actions go on with their key binding. */
export function beginningWith(text: string): RegExp {
  return new RegExp(`^\\s*${escaped(text)}`);
}

/** A pattern as it is; a string as the pattern of a text that contains it. */
export function containing(text: string | RegExp): RegExp {
  return typeof text === 'string' ? new RegExp(escaped(text)) : text;
}

/** One line, with every run of white space as one space; icons leave such runs behind. */
export function oneLine(text: string | null): string {
  return (text ?? '').replace(/\s+/g, ' ').trim();
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
