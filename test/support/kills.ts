/** How often the kill tests kill: a few times by default, as often as `KILLS` says otherwise. `KILL_SEED` draws other instants. */

/** Instants at which something is killed, the same for the same seed. */
export function killPlan(usual: number): { readonly seed: number; readonly rounds: readonly Dice[] } {
  const seed = Number(process.env['KILL_SEED'] ?? 1);
  const count = Number(process.env['KILLS'] ?? usual);
  return { seed, rounds: Array.from({ length: count }, (_, round) => diceOf(seed * 1_000 + round)) };
}

/** A whole number from 0 to below the limit, another one with each throw. */
export type Dice = (limit: number) => number;

/** Marsaglia's xorshift generator of 32 bits. */
function diceOf(seed: number): Dice {
  let state = Math.imul(seed, 0x9e37_79b1) | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
