/** Closes one after the other, also after one has failed, and then fails as the first that did. */
export async function closeInOrder(...closables: readonly { close(): unknown }[]): Promise<void> {
  const errors: unknown[] = [];
  for (const closable of closables) {
    try {
      await closable.close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
