/** Takes blocks and gives ranges as blob storage does, without keeping anything: tells its port on the first line. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const size = Number(process.argv[2]);
const content = Buffer.alloc(1024 * 1024, 'one line of a file that has many\r\n');

const server = createServer((asked, answer) => {
  if (asked.method === 'PUT') {
    asked.resume();
    asked.on('end', () => answer.writeHead(201, { etag: '"1"', 'x-ms-request-id': '1' }).end());
    return;
  }
  const range = asked.headers['x-ms-range'] ?? asked.headers.range;
  const [, from = '0', to = String(size - 1)] = /bytes=(\d+)-(\d*)/.exec(String(range)) ?? [];
  const start = Number(from);
  const end = Math.min(to === '' ? size : Number(to) + 1, size);
  answer.writeHead(range === undefined ? 200 : 206, {
    'accept-ranges': 'bytes',
    'content-length': end - start,
    'content-type': 'text/csv',
    'content-range': `bytes ${start}-${end - 1}/${size}`,
    etag: '"1"',
    'last-modified': 'Mon, 04 Jan 2016 10:00:00 GMT',
    'x-ms-blob-type': 'BlockBlob',
  });
  if (asked.method === 'HEAD') {
    answer.end();
    return;
  }
  let position = start;
  const give = (): void => {
    while (position < end) {
      const piece = content.subarray(0, Math.min(content.length, end - position));
      position += piece.length;
      if (!answer.write(piece)) {
        answer.once('drain', give);
        return;
      }
    }
    answer.end();
  };
  give();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
