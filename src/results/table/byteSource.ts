/** Bytes at rest of which any range can be read: a file on a disk, or a blob. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /** How many bytes one read should ask for when everything is read in order. */
  readonly streamBlock: number;
  /**
   * Fills `target` with the bytes from `position` on. Rejects with a `Failure`, also when the source is no longer what it
   * was when it was opened.
   */
  read(target: Uint8Array, position: number, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
