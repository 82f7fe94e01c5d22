/** Does what a page has asked for that has no place for what goes wrong outside of it. */
export async function attempt(action: () => Promise<void>, report: (error: unknown) => void): Promise<void> {
  try {
    await action();
  } catch (error) {
    report(error);
  }
}
