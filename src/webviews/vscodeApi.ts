interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** VS Code's own interface of the page; it may be acquired once only. */
export const vscodeApi: VsCodeApi = acquireVsCodeApi();
