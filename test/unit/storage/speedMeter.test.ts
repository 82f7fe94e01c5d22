import assert from 'node:assert/strict';
import { SpeedMeter } from '../../../src/storage/speedMeter.ts';

describe('the speed of a transfer', () => {
  it('is that of the last seconds, whatever the pieces', () => {
    let now = 0;
    const meter = new SpeedMeter(0, () => now);
    let bytes = 0;
    let speed = 0;
    const pass = (seconds: number, bytesPerMs: number): void => {
      for (const end = now + seconds * 1000; now < end;) {
        now += 1;
        bytes += bytesPerMs;
        speed = meter.update(bytes);
      }
    };
    pass(10, 1_000);
    assert.equal(speed, 1_000_000);
    pass(10, 100);
    assert.equal(speed, 100_000);
  });

  it('does not count what was there before', () => {
    let now = 0;
    const meter = new SpeedMeter(5_000_000, () => now);
    now = 1_000;
    assert.equal(meter.update(6_000_000), 1_000_000);
  });
});
