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

  interface BlobServer {
    readonly httpServer: Server;
    start(): Promise<void>;
    close(): Promise<void>;
    getHttpServerAddress(): string;
  }
  const module: { readonly default: new (configuration: object) => BlobServer };
  export default module;
}
