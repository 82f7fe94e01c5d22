import assert from 'node:assert/strict';
import { RenewableUrl, type RenewUrl } from '../../../src/transport/renewableUrl.ts';
import { abortable } from '../../../src/shared/abortable.ts';
import { eventually } from '../../support/eventually.ts';
import { Bench } from './servers.ts';

describe('a URL whose SAS has ended', () => {
  const bench = new Bench();
  let refused: number;
  let origin: string;
  let asked: AbortSignal[];

  beforeEach(async () => {
    refused = 0;
    asked = [];
    origin = await bench.http((request, answer) => {
      if (request.url === '/old') answer.writeHead(403).end(() => (refused += 1));
      else answer.end('content');
    });
  });

  afterEach(() => bench.close());

  const readerOf = (renew: RenewUrl, ended: AbortSignal) => {
    const client = bench.client();
    const renewable = new RenewableUrl(`${origin}/old`, renew, ended);
    return async (signal?: AbortSignal): Promise<string> => {
      const request = (url: string) =>
        client.send({ method: 'GET', url, ...(signal === undefined ? {} : { signal }) });
      return (await abortable(renewable.send(request), signal)).text();
    };
  };

  it('is asked for once by those whose requests are refused, and goes on for others when one gives up', async () => {
    let grant: (url: string) => void = () => undefined;
    const granted = new Promise<string>((resolve) => (grant = resolve));
    const renew: RenewUrl = (signal) => {
      assert.ok(signal);
      asked.push(signal);
      return abortable(granted, signal);
    };
    const read = readerOf(renew, new AbortController().signal);
    const givesUp = new AbortController();
    const first = read(givesUp.signal);
    await eventually('the first is refused', () => asked.length === 1);
    const second = read();
    await eventually('the second is refused', () => refused === 2);
    givesUp.abort();
    await assert.rejects(first, { code: 'Cancelled' });
    grant(`${origin}/new`);
    assert.equal(await second, 'content');
    assert.equal(asked.length, 1);
  });

  it('is no longer asked for when the whole reading has ended', async () => {
    const ended = new AbortController();
    const renew: RenewUrl = (signal) => {
      ended.abort();
      return abortable(new Promise<string>(() => undefined), signal);
    };
    await assert.rejects(readerOf(renew, ended.signal)(), { code: 'Cancelled' });
  });
});
