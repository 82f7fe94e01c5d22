import assert from 'node:assert/strict';

import type { Arm } from '../../support/arm/index.ts';
import { type ArmCaller, namesOn, propertiesOf } from './armCaller.ts';
import { armForEachTest } from './armForEachTest.ts';

describe('Studio’s resources in the emulated Azure Resource Manager', () => {
  let arm: Arm;
  let caller: ArmCaller;

  armForEachTest((...started) => ([arm, caller] = started));

  it('lists workspaces, and gives their tokens only when asked for them', async () => {
    const init = { workspaceId: 'f'.repeat(32), primaryToken: 'first-token', secondaryToken: 'second-token' };
    const id = arm.addWorkspace('census', init);
    const subscription = id.split('/').slice(0, 3).join('/');
    const listed = await caller.ask('GET', `${subscription}/providers/Microsoft.MachineLearning/workspaces`);
    assert.deepEqual(namesOn(listed), ['census']);
    assert.match(JSON.stringify(listed.body), /f{32}/);
    assert.doesNotMatch(JSON.stringify(listed.body), /-token/);
    assert.deepEqual((await caller.ask('POST', `${id}/listWorkspaceKeys`)).body, {
      primaryToken: 'first-token',
      secondaryToken: 'second-token',
    });
  });

  it('lists web services in pages, and gives their keys only when asked for them', async () => {
    arm.paging.pageSize = 1;
    const keys = { primary: 'first-key', secondary: 'second-key' };
    const ids = ['one', 'two'].map((name) =>
      arm.addWebService(name, { title: name, swaggerLocation: 'https://example.com/swagger.json', keys }),
    );
    const [id = ''] = ids;
    const listed = await caller.ask('GET', id.slice(0, id.lastIndexOf('/')));
    const next = await caller.ask('GET', String(listed.body.nextLink));
    assert.deepEqual([...namesOn(listed), ...namesOn(next)], ['one', 'two']);
    const single = await caller.ask('GET', id);
    assert.equal(propertiesOf(single).title, 'one');
    assert.doesNotMatch(JSON.stringify([listed.body, single.body]), /-key/);
    assert.deepEqual((await caller.ask('GET', `${id}/listKeys`)).body, keys);
  });
});
