/** How long a condition may take before a test gives up, in milliseconds; a slow machine needs it all. */
export const patience = 60_000;

/** How long one attempt at something that is tried again may take, in milliseconds. */
export const shortly = 3000;

const pause = 50;

/**
 * Tries until `attempt` neither throws nor gives `undefined` or `false`, and gives what it gave.
 * For conditions that announce nothing, a page's for instance; where there is an event, wait for the event.
 * @throws Error with `what` and the last attempt's own error after `timeout` milliseconds.
 */
export async function eventually<T>(
  what: string,
  attempt: () => T | undefined | false | Promise<T | undefined | false>,
  timeout = patience,
): Promise<T> {
  const deadline = performance.now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      const value = await attempt();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`Did not happen within ${timeout / 1000} s: ${what}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
