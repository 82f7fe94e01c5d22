interface Disposable {
  dispose(): unknown;
}

/** A value that is built when it is first asked for; a build that failed is tried again. */
export class Lazy<T extends object> implements Disposable {
  readonly #build: () => Promise<T>;
  #built: Promise<T> | undefined;
  #disposed = false;

  constructor(build: () => Promise<T>) {
    this.#build = build;
  }

  get(): Promise<T> {
    if (this.#disposed) return Promise.reject(new Error('The extension is shutting down.'));
    this.#built ??= this.#build().catch((error: unknown) => {
      this.#built = undefined;
      throw error;
    });
    return this.#built;
  }

  dispose(): void {
    this.#disposed = true;
    void this.#built?.then(
      (value: Partial<Disposable>) => value.dispose?.(),
      () => undefined,
    );
  }
}
