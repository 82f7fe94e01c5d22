declare module 'azurite/dist/src/blob/BlobConfiguration.js' {
  type BlobConfiguration = new (
    host: string,
    port: number,
    keepAliveTimeout: number,
    metadataDatabasePath: string,
    extentDatabasePath: string,
    persistencePaths: readonly { locationId: string; locationPath: string; maxConcurrency: number }[],
    enableAccessLog: boolean,
    accessLogStream: undefined,
    enableDebugLog: boolean,
    debugLogPath: undefined,
    loose: boolean,
    skipApiVersionCheck: boolean,
  ) => object;
  const module: { readonly default: BlobConfiguration };
  export default module;
}

declare module 'azurite/dist/src/blob/BlobServer.js' {
  import type { Server } from 'node:http';

  /** One of its two indexes, which it writes to disk every five seconds. */
  interface Index {
    readonly db: { saveDatabase(done: (error: unknown) => void): void };
  }

  interface BlobServer {
    readonly httpServer: Server;
    readonly metadataStore: Index;
    readonly extentMetadataStore: Index;
    start(): Promise<void>;
    close(): Promise<void>;
    getHttpServerAddress(): string;
  }
  const module: { readonly default: new (configuration: object) => BlobServer };
  export default module;
}
