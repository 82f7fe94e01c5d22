/** What a transfer tells about itself while it runs. */
export interface TransferProgress {
  readonly doneBytes: number;
  /** Absent where the other side does not say how much there is. */
  readonly totalBytes?: number;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
}

const windowMs = 4_000;
/** Bytes come in many small pieces, of which a few are remembered. */
const sampleMs = 100;

/** The speed of a transfer, smoothed over the last seconds. Begins at the bytes that are there already. */
export class SpeedMeter {
  readonly #now: () => number;
  readonly #samples: { readonly at: number; readonly bytes: number }[];

  /** Takes a clock, in milliseconds. */
  constructor(bytes = 0, now: () => number = performance.now.bind(performance)) {
    this.#now = now;
    this.#samples = [{ at: now(), bytes }];
  }

  /** `bytes` is what is there now. Returns bytes per second. */
  update(bytes: number): number {
    const at = this.#now();
    if (at - (this.#samples.at(-1)?.at ?? 0) >= sampleMs) this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) > windowMs) this.#samples.shift();
    const first = this.#samples[0];
    if (first === undefined || at <= first.at) return 0;
    return ((bytes - first.bytes) * 1000) / (at - first.at);
  }
}
