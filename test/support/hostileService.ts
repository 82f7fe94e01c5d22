import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a hostile service sends. */
export interface HostileAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

const hostileTexts = [
  '<img src=x onerror="document.title=`executed`">',
  '<script>document.title="executed"</script>',
  '"><svg onload=alert(1)>',
  '</style><iframe srcdoc="<script>parent.document.title=1</script>">',
  'javascript:alert(1)',
  `"double", 'single', comma`,
  'line\r\nbreak\ttab',
  'Ünï – 漢字 🙂 \u202eright to left',
  '{{constructor.constructor("alert(1)")()}}',
  '__proto__',
  '',
] as const;

/** Rows whose names and cells are all hostile, each with a different one. */
export const hostileColumns: readonly string[] = [...hostileTexts, 'twice', 'twice'];
export const hostileRow: readonly string[] = hostileColumns.map(
  (_, i) => hostileTexts[(i + 1) % hostileTexts.length] ?? '',
);

function table(columnNames: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const value = { ColumnNames: columnNames, ColumnTypes: columnNames.map(() => 'String'), Values: rows };
  return JSON.stringify({ Results: { output1: { type: 'table', value } } });
}

/** Nested this deep, a value is more than the stack of a recursive program holds. */
export const depth = 100_000;
const nested = '['.repeat(depth) + ']'.repeat(depth);
const names = Array.from({ length: 5000 }, (_, i) => `column ${i}`);

export const portal = `<!DOCTYPE html><html><head><title>Sign in to Airport Wi-Fi</title></head>
<body><script>document.title = "executed"; alert(1)</script><form action="/login"><input name="password"></form></body></html>`;

/** Answers with status 200 that are no good answers, by what is wrong with them. */
export const hostileAnswers = {
  markup: { body: table(hostileColumns, [hostileRow, hostileRow.toReversed()]) },
  markupInNames: {
    body: JSON.stringify({
      Results: Object.fromEntries(
        hostileTexts.map((name) => [
          name,
          { type: 'table', value: { ColumnNames: [name], Values: [[name]] } },
        ]),
      ),
    }),
  },
  bigCell: { body: table(['big', 'small'], [['x'.repeat(1_000_000), 'after the big one']]) },
  bigName: { body: table(['a_'.repeat(500_000), 'b'], [['1', 'after the big name']]) },
  manyColumns: {
    body: table(
      names,
      Array.from({ length: 200 }, (_, row) => names.map((__, i) => `${row}/${i}`)),
    ),
  },
  deep: { body: nested },
  deepCell: {
    body: `{"Results":{"output1":{"type":"table","value":{"ColumnNames":["a","b"],"Values":[[${nested},"beside"]]}}}}`,
  },
  deepOutput: { body: `{"Results":{"output1":${nested},"output2":{"type":"other","value":${nested}}}}` },
  sparse: {
    body: `{"Results":{"output1":[${Array.from({ length: 30_000 }, (_, i) => `{"c${i}":1}`).join()}]}}`,
  },
  nan: {
    body: '{"Results":{"output1":{"type":"table","value":{\n"ColumnNames":["score"],\n"Values":[["1"],[NaN]]}}}}',
  },
  cutOff: { body: '{"Results":{"output1":{"type":"table","value":{"ColumnNames":["a"' },
  empty: { body: '' },
  wrongType: { headers: { 'content-type': 'text/html' }, body: table(['a'], [['still a table']]) },
  invalidUtf8: {
    body: Buffer.concat([
      Buffer.from('{"Results":{"output1":{"type":"table","value":{"ColumnNames":["a"],"Values":[["caf'),
      Buffer.from([0xe9, 0xff]),
      Buffer.from('"]]}}}}'),
    ]),
  },
  portal: { headers: { 'content-type': 'text/html; charset=utf-8' }, body: portal },
  hostileError: {
    status: 400,
    headers: { 'retry-after': '9'.repeat(40) },
    body: JSON.stringify({
      error: {
        code: 'constructor',
        message: hostileTexts[0],
        details: [
          { code: '__proto__', target: hostileTexts[1], message: `${hostileTexts[2]} `.repeat(20_000) },
        ],
      },
    }),
  },
} as const satisfies Readonly<Record<string, HostileAnswer>>;

/** Where a redirect leads, seen from the service. */
export type RedirectTo = 'host' | 'port' | 'scheme' | 'self';

/**
 * A web service that means no good: it answers every call as it was told to last. A second server, on another port,
 * records what a redirect brings there.
 */
export class HostileService {
  /** Requests that reached the other server. */
  readonly elsewhere: { readonly url: string; readonly headers: IncomingMessage['headers'] }[] = [];
  /** Paths of the calls to the service itself. */
  readonly calls: string[] = [];
  readonly #service: Server;
  readonly #other: Server;
  #answer: HostileAnswer | { readonly redirect: RedirectTo } = hostileAnswers.markup;
  #schema: string | undefined;

  private constructor() {
    this.#service = createServer((request, response) => this.#serve(request, response));
    this.#other = createServer((request, response) => {
      this.elsewhere.push({ url: request.url ?? '', headers: request.headers });
      response.end('{"Results":{}}');
    });
  }

  static async start(): Promise<HostileService> {
    const service = new HostileService();
    for (const server of [service.#service, service.#other]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    return service;
  }

  get baseUrl(): string {
    return originOf(this.#service);
  }

  answerWith(answer: HostileAnswer | { readonly redirect: RedirectTo }): void {
    this.#answer = answer;
  }

  /** The swagger document from now on; without one there is none. */
  describeAs(schema: string): void {
    this.#schema = schema;
  }

  /** Where a redirect of this kind leads. */
  target(redirect: RedirectTo): string {
    const other = new URL(originOf(this.#other));
    switch (redirect) {
      case 'host':
        return `http://localhost:${other.port}/stolen?<b>`;
      case 'port':
        return `${other.origin}/stolen`;
      case 'scheme':
        return `https://${new URL(this.baseUrl).host}/stolen`;
      case 'self':
        return `${this.baseUrl}/again/execute`;
    }
  }

  async close(): Promise<void> {
    for (const server of [this.#service, this.#other]) {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    }
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { url = '' } = request;
    request.resume().once('end', () => {
      if (/swagger\.json/.test(url)) {
        response.writeHead(this.#schema === undefined ? 404 : 200).end(this.#schema);
        return;
      }
      this.calls.push(url);
      const answer = this.#answer;
      if ('redirect' in answer) {
        response.writeHead(307, { location: this.target(answer.redirect) }).end();
        return;
      }
      const type = { 'content-type': 'application/json; charset=utf-8' };
      response.writeHead(answer.status ?? 200, { ...type, ...answer.headers }).end(answer.body);
    });
  }
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
