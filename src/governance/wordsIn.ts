/** The entries of a list that was typed with commas or spaces between. */
export function wordsIn(text: string): readonly string[] {
  return text.split(/[\s,;]+/).filter((word) => word !== '');
}
