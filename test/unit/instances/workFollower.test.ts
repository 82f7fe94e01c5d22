import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { meaningOf } from '../../../src/instances/creation/failureMeaning.ts';
import { WorkFollower } from '../../../src/instances/creation/workFollower.ts';
import { WorkStore } from '../../../src/instances/creation/workStore.ts';
import { writePrivateJson } from '../../../src/local-service/files.ts';
import { WorkLeases } from '../../../src/local-service/workLeases.ts';
import { Failure } from '../../../src/protocol/failure.ts';
import { ArmError, faultOf, startArm, type Arm } from '../../support/arm/index.ts';
import { eventually } from '../../support/eventually.ts';
import { Bench } from '../transport/servers.ts';
import { change, clientOf, creation } from './workBench.ts';

const put = /^PUT .*\/service\/fresh$/;
const look = /^GET .*\/service\/fresh$/;
const broken = faultOf(new ArmError(500, 'InternalServerError', 'No instances here today.'));
const begun = {
  ...creation,
  write: { method: 'PUT', url: '', followBy: 'resource', followUrl: '' },
} as const;

/** Tells of each look at what another window works on. */
class WatchedLeases extends WorkLeases {
  readonly looks = new EventEmitter();

  override async isTaken(what: string): Promise<boolean> {
    const taken = await super.isTaken(what);
    this.looks.emit(taken ? 'taken' : 'free');
    return taken;
  }
}

interface Window {
  readonly follower: WorkFollower;
  readonly leases: WatchedLeases;
  /** How it has ended, as this window tells it. */
  readonly told: string[];
  /** What its status bar has shown, each once. */
  readonly shown: Set<string>;
  /** Why no calls can be made. */
  trouble: Failure | undefined;
}

describe('windows that follow an instance that is made', () => {
  const bench = new Bench();
  let arm: Arm;
  let folder: string;
  let store: WorkStore;
  let windows: Window[];

  beforeEach(async () => {
    arm = await startArm({ async: { polls: 2 } });
    folder = await mkdtemp(join(tmpdir(), 'instances-'));
    store = new WorkStore(folder);
    windows = [];
  });

  afterEach(async () => {
    for (const { follower } of windows) follower.dispose();
    await arm.close();
    await bench.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const leasesFolder = (): string => join(folder, 'leases');

  function openWindow(kept = store, renewalMs?: number): Window {
    const leases = new WatchedLeases(leasesFolder(), renewalMs);
    const told: string[] = [];
    const tell = (words: string): Promise<void> => Promise.resolve(void told.push(words));
    const client = clientOf(arm, bench);
    const shown = new Set<string>();
    const follower = new WorkFollower({
      log: { info: () => undefined, warn: () => undefined },
      azure: {
        clientAt: () => {
          if (window.trouble !== undefined) throw window.trouble;
          return client;
        },
      },
      store: kept,
      leases,
      changed: () => {
        for (const { state, problem } of follower.list()) shown.add([state, problem?.code].join(' ').trim());
      },
      succeeded: (_record, instance, isFirst) =>
        tell(`${instance.name} ${isFirst ? 'is ready' : 'is known'}`),
      failed: (_record, error) => tell(error instanceof Failure ? error.code : String(error)),
      retryPauseMs: 1,
    });
    const window: Window = { follower, leases, told, shown, trouble: undefined };
    windows.push(window);
    return window;
  }

  const told = ({ told: words }: Window): Promise<string> => eventually('the end', () => words[0]);
  const showing = (window: Window, text: string): Promise<boolean> =>
    eventually(text, () => window.shown.has(text));
  const answersTo = (match: RegExp): readonly number[] =>
    arm.requests.filter(({ method, path }) => match.test(`${method} ${path}`)).map(({ status }) => status);

  async function assertNothingLeft(): Promise<void> {
    for (const { follower } of windows)
      await eventually('nothing to be followed', () => follower.list().length === 0);
    assert.deepEqual(await store.list(), []);
  }

  it('send its request once, and tell of it once', async () => {
    const [one, other] = [openWindow(), openWindow()];
    arm.beforeNext(put, async () => {
      const looked = once(other.leases.looks, 'taken');
      await other.follower.resume();
      await looked;
    });
    await one.follower.start(creation);
    assert.deepEqual([await told(one), await told(other)].toSorted(), ['fresh is known', 'fresh is ready']);
    assert.deepEqual(answersTo(put), [201]);
    assert.ok(other.shown.has('elsewhere') && !other.shown.has('later'));
    await assertNothingLeft();
  });

  it('take it over from one that closes', async () => {
    const [one, other] = [openWindow(), openWindow()];
    arm.async.held = true;
    await one.follower.start(creation);
    await eventually('a look at the operation', () => answersTo(/\/operationResults\//).length > 0);
    const looked = once(other.leases.looks, 'taken');
    await other.follower.resume();
    await looked;
    one.follower.dispose();
    await showing(other, 'here');
    arm.async.held = false;
    assert.equal(await told(other), 'fresh is ready');
    assert.deepEqual([answersTo(put), one.told], [[201], []]);
  });

  it('let go of what another one has taken over, until it is free again', async () => {
    const asleep = openWindow(store, 1);
    arm.async.held = true;
    await asleep.follower.start(creation);
    await eventually('a look at the operation', () => answersTo(/\/operationResults\//).length > 0);
    const [name = ''] = await readdir(leasesFolder());
    const file = join(leasesFolder(), name, 'lease.json');
    // Again, since a renewal that was under way writes over it.
    await eventually('a window that lets go', async () => {
      const theirs = { pid: process.pid, token: 'theirs', state: 'starting', since: Date.now() };
      await writePrivateJson(file, theirs);
      return asleep.follower.list()[0]?.state === 'elsewhere';
    });
    arm.async.held = false;
    await rm(file, { force: true });
    assert.equal(await told(asleep), 'fresh is ready');
    assert.deepEqual(answersTo(put), [201]);
  });

  it('keep quiet about what was given up in another one, and do not bring it back', async () => {
    const window = openWindow();
    arm.beforeNext(put, async () => {
      await store.remove(creation.id);
    });
    await window.follower.start(creation);
    assert.equal(await told(window), 'fresh is known');
    await assertNothingLeft();
  });

  it('tell nothing of a refusal that another one has told', async () => {
    const [one, other] = [openWindow(), openWindow()];
    arm.failNext(put, faultOf(new ArmError(403, 'AuthorizationFailed', 'No right.')));
    arm.beforeNext(put, async () => {
      const looked = once(other.leases.looks, 'taken');
      await other.follower.resume();
      await looked;
    });
    await one.follower.start(creation);
    assert.equal(await told(one), 'AuthorizationFailed');
    await assertNothingLeft();
    assert.deepEqual([answersTo(put), other.told], [[403], []]);
  });

  it('wait where Azure is still busy with a request of which nothing is to be seen', async () => {
    const window = openWindow();
    const busy = new ArmError(409, 'ServiceInTransition', 'The API Service fresh is transitioning.');
    arm.failNext(put, faultOf(busy));
    await window.follower.start(creation);
    assert.equal(await told(window), 'fresh is ready');
    assert.ok(window.shown.has('later ServiceInTransition'));
    assert.deepEqual(answersTo(put), [409, 201]);
  });

  it('show why Azure does not begin, and give up after some tries', async () => {
    const window = openWindow();
    arm.failNext(put, broken, 9);
    await window.follower.start(creation);
    assert.equal(await told(window), 'InternalServerError');
    assert.ok(window.shown.has('later InternalServerError'));
    assert.deepEqual(answersTo(put), [500, 500, 500]);
    await assertNothingLeft();
  });

  it('follow what Azure has taken, though it says at the last try that it failed', async () => {
    const window = openWindow();
    arm.failNext(put, broken, 2);
    const earlier = (): Promise<void> => Promise.resolve();
    arm.beforeNext(put, earlier);
    arm.beforeNext(put, earlier);
    arm.beforeNext(put, async () => {
      const { location, tier, organisation, email } = creation;
      await clientOf(arm, bench).start('PUT', creation.instance.id, {
        location,
        sku: { name: tier.name, capacity: tier.units },
        properties: { publisherName: organisation, publisherEmail: email },
      });
      arm.failNext(put, broken);
    });
    await window.follower.start(creation);
    assert.equal(await told(window), 'fresh is ready');
    assert.deepEqual(answersTo(put), [500, 500, 201, 500]);
  });

  it('say at once that a proxy wants credentials, before anything is begun', async () => {
    const window = openWindow();
    arm.failNext(look, { status: 407 });
    await window.follower.start(creation);
    assert.equal(await told(window), 'ProxyAuthenticationRequired');
    assert.deepEqual(answersTo(put), []);
    await assertNothingLeft();
  });

  it('try for as long as nothing answers, and show it', async () => {
    const window = openWindow();
    arm.failNext(look, 'reset', 30);
    await window.follower.start(creation);
    assert.equal(await told(window), 'fresh is ready');
    assert.ok(window.shown.has('later ConnectionReset'));
  });

  it('need the user for a setting, and keep what has begun', async () => {
    const window = openWindow();
    arm.async.held = true;
    await window.follower.start(creation);
    await eventually('a look at the operation', () => answersTo(/\/operationResults\//).length > 0);
    window.follower.dispose();
    const next = openWindow();
    next.trouble = new Failure({ code: 'InvalidSetting', origin: 'client', sentence: 'Mend it.' });
    await next.follower.resume();
    await showing(next, 'barred InvalidSetting');
    assert.deepEqual([next.told, (await store.list()).length], [[], 1]);
    next.trouble = undefined;
    arm.async.held = false;
    for (const followed of next.follower.list()) await next.follower.retry(followed);
    assert.equal(await told(next), 'fresh is ready');
    assert.deepEqual(answersTo(put), [201]);
    assert.deepEqual(await store.list(), []);
  });

  it('keep what has begun where an answer cannot be read', async () => {
    const window = openWindow();
    const unreadable = { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{}' };
    arm.beforeNext(/\/operationResults\//, () => {
      arm.failNext(look, unreadable);
      return Promise.resolve();
    });
    await window.follower.start(creation);
    await showing(window, 'barred MalformedAnswer');
    assert.deepEqual([window.told, (await store.list()).length], [[], 1]);
    for (const followed of window.follower.list()) await window.follower.retry(followed);
    assert.equal(await told(window), 'fresh is ready');
  });

  it('go on where the record cannot be written', async () => {
    class FullDisk extends WorkStore {
      override update(): Promise<void> {
        return Promise.reject(new Error('ENOSPC'));
      }
    }
    const window = openWindow(new FullDisk(folder));
    arm.failNext(/\/operationResults\//, { status: 403 });
    await window.follower.start(creation);
    await showing(window, 'barred Forbidden');
    for (const followed of window.follower.list()) await window.follower.retry(followed);
    assert.equal(await told(window), 'fresh is ready');
    assert.deepEqual(answersTo(put), [201]);
  });

  const failure = (origin: Failure['origin'], code: string, status?: number): Failure =>
    new Failure({ origin, code, sentence: '', ...(status !== undefined && { status }) });
  for (const { failed, before, since } of [
    { failed: failure('network', 'CertificateUntrusted'), before: 'ended', since: 'later' },
    { failed: failure('network', 'ProxyFailed'), before: 'ended', since: 'later' },
    { failed: failure('network', 'UnexpectedHtml', 200), before: 'ended', since: 'later' },
    { failed: failure('network', 'HostNotFound'), before: 'later', since: 'later' },
    { failed: failure('network', 'RedirectRefused'), before: 'ended', since: 'barred' },
    { failed: failure('service', 'AuthorizationFailed', 403), before: 'ended', since: 'barred' },
    { failed: failure('client', 'SignInNeeded'), before: 'barred', since: 'barred' },
    { failed: failure('service', 'ResourceNotFound', 404), before: 'ended', since: 'ended' },
    { failed: failure('service', 'ActivationFailed', 200), before: 'ended', since: 'ended' },
    { failed: failure('service', 'ServerError', 500), before: 'later', since: 'later' },
  ])
    it(`take ${failed.code} for "${before}" before Azure has begun, and for "${since}" since`, () => {
      assert.deepEqual([meaningOf(failed, creation), meaningOf(failed, begun)], [before, since]);
    });

  it('never give up what has begun, however often Azure is busy', () => {
    const busy = failure('service', 'ServerError', 503);
    assert.deepEqual(
      [meaningOf(busy, change, 3), meaningOf(busy, { ...change, write: begun.write }, 99)],
      ['ended', 'later'],
    );
  });
});
