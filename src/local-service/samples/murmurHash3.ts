const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** MurmurHash3 x86 32-bit (the public algorithm by Austin Appleby) as an unsigned 32-bit integer. */
export function murmurHash3(bytes: Uint8Array, seed = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocksEnd = bytes.length - (bytes.length % 4);
  let hash = seed | 0;
  for (let at = 0; at < blocksEnd; at += 4) {
    hash = rotateLeft(hash ^ mix(view.getUint32(at, true)), 13);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= mix(tail(bytes, blocksEnd));
  return finish(hash ^ bytes.length);
}

function mix(block: number): number {
  return Math.imul(rotateLeft(Math.imul(block, C1), 15), C2);
}

/** The last one to three bytes as a little-endian integer; 0 when there are none. */
function tail(bytes: Uint8Array, from: number): number {
  let block = 0;
  for (let at = bytes.length - 1; at >= from; at -= 1) block = (block << 8) | (bytes[at] ?? 0);
  return block;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function finish(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
