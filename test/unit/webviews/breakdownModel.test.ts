import assert from 'node:assert/strict';
import { noCalls } from '../../../src/protocol/apim/callCounts.ts';
import { nextOrder, sorted, type Order } from '../../../src/webviews/monitoring/breakdownModel.ts';

const rows = [
  { id: 'a', name: 'Beta', counts: { ...noCalls, succeeded: 2 }, bytes: 10 },
  { id: 'b', name: 'alpha', counts: { ...noCalls, succeeded: 1, failed: 3 } },
  { id: 'c', name: 'Gamma', counts: { ...noCalls, blocked: 1 }, bytes: 0 },
];
const ids = (order: Order): string =>
  sorted(rows, order)
    .map(({ id }) => id)
    .join('');

describe('the order of who was called', () => {
  it('is by calls of any result, by name, or by what only some have', () => {
    assert.equal(ids({ by: 'calls', isDescending: true }), 'bac');
    assert.equal(ids({ by: 'name', isDescending: false }), 'bac');
    assert.equal(ids({ by: 'failed', isDescending: true }), 'bac');
    assert.equal(ids({ by: 'bytes', isDescending: true }), 'acb');
    assert.equal(ids({ by: 'blocked', isDescending: false }), 'abc');
  });

  it('begins with the greatest number or the first name, and turns around', () => {
    const byCalls = nextOrder({ by: 'name', isDescending: false }, 'calls');
    assert.deepEqual(byCalls, { by: 'calls', isDescending: true });
    assert.equal(nextOrder(byCalls, 'calls').isDescending, false);
    assert.equal(nextOrder(byCalls, 'name').isDescending, false);
  });
});
