import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { FrameLocator, Locator } from 'playwright-core';
import { ForwardProxy, startTlsFront } from '../support/forwardProxy.ts';
import { LocalTestService } from '../unit/local-service/localTestService.ts';
import { closeInOrder } from './support/closeInOrder.ts';
import { openRequest } from './support/openRequest.ts';
import { SilentService } from './support/silentService.ts';
import { Workbench } from './support/workbench.ts';
import type { WorkbenchWindow } from './support/window.ts';

const hashing = 'SimpleFeatureHashingExperiment';

/** The buttons and texts of the request editor in front. */
class Page {
  readonly window: WorkbenchWindow;
  readonly editor: FrameLocator;

  constructor(window: WorkbenchWindow) {
    this.window = window;
    this.editor = window.editors.webview();
  }

  button(name: string): Locator {
    return this.editor.getByRole('button', { name, exact: true });
  }

  /** The value beside a name in the list of what was sent. */
  fact(name: string): Locator {
    return this.editor
      .locator('.sent-request .named-values > div')
      .filter({ hasText: name })
      .locator('dd')
      .first();
  }

  open(name: string, workspace: string): Promise<void> {
    return openRequest(this.window, name, workspace);
  }
}

function endpoints(service: LocalTestService): Record<string, { endpoints: { default: string } }> {
  return Object.fromEntries(
    service.local.services.map(({ name, endpointId }) => [name, { endpoints: { default: endpointId } }]),
  );
}

function keyOf(service: LocalTestService): string {
  return service.local.services.find(({ name }) => name === hashing)?.apiKey ?? '';
}

describe('sending a request', () => {
  const silent = new SilentService();
  let service: LocalTestService;
  let workbench: Workbench;
  let page: Page;

  before(async () => {
    service = await LocalTestService.start();
    workbench = await Workbench.start({
      theme: 'light',
      settings: {
        'azuremlServices.workspaces': {
          Mine: {
            workspaceId: service.local.workspaceId,
            baseUrl: service.local.baseUrl,
            services: endpoints(service),
          },
          Silent: {
            workspaceId: 'a'.repeat(32),
            baseUrl: await silent.listen(),
            auth: { type: 'gateway' },
            services: {
              Sleeper: { endpoints: { default: 'b'.repeat(32) } },
              Dozer: { endpoints: { default: 'c'.repeat(32) } },
            },
          },
        },
      },
    });
    page = new Page(workbench.window);
  });

  after(() => closeInOrder(workbench, service.running, silent));

  it('shows what was really sent, without the key, and where the time went', async () => {
    const { window, editor } = page;
    await page.open(hashing, 'Mine');
    await page.button('Send').click();
    await window.quickInput.enter(keyOf(service), { message: /API key of the web service/ });
    await window.quickInput.waitForClosed();
    await editor.getByRole('gridcell').first().waitFor();
    await page.button('Sent').click();
    assert.match(
      (await page.fact('Request URL').textContent()) ?? '',
      /^POST http:.*api-version=2\.0&details=true$/,
    );
    assert.match((await page.fact('Body size').textContent()) ?? '', /^\d+ B$/);
    assert.equal(await page.fact('Authorization').textContent(), '***');
    assert.equal(await page.fact('Content-Type').textContent(), 'application/json');
    assert.equal(await page.fact('host').textContent(), new URL(service.local.baseUrl).host);
    for (const phase of ['Until the first byte', 'Download']) {
      await editor.getByRole('rowheader', { name: phase, exact: true }).waitFor();
    }
    assert.ok(!(await editor.locator('body').innerText()).includes(keyOf(service)));
    await window.screenshot('sent-light');
    await page.button('Sent').click();
  });

  it('goes on in several editors at once, and each can be ended alone', async () => {
    const { window, editor } = page;
    const called: string[] = [];
    const closed: string[] = [];
    silent.on('called', (path: string) => called.push(path));
    silent.on('closed', (path: string) => closed.push(path));
    for (const name of ['Sleeper', 'Dozer']) {
      await page.open(name, 'Silent');
      const arrived = once(silent, 'called');
      await page.button('Send').click();
      await arrived;
      await editor.getByText(/Running… \d/).waitFor();
    }
    await page.open(hashing, 'Mine');
    await page.button('Send').click();
    await editor.getByText('200 OK').first().waitFor();

    let end = once(silent, 'closed');
    await window.editors.activate('Sleeper');
    await editor.getByText(/Running… \d/).waitFor();
    await page.button('Cancel').click();
    await end;
    await editor.getByText('The call was cancelled.').first().waitFor();

    await window.editors.activate('Dozer');
    await editor.getByText(/Running… \d/).waitFor();
    end = once(silent, 'closed');
    await window.editors.close('Dozer');
    await end;
    assert.deepEqual(
      closed.map((path) => /services\/(.)/.exec(path)?.[1]),
      ['b', 'c'],
    );
    assert.equal(called.length, 2);
  });

  it('is given up after the time of the setting', async () => {
    const { window, editor } = page;
    await workbench.changeTheme('dark', { 'azuremlServices.requestTimeout': 2 });
    await window.editors.activate('Sleeper');
    const closed = once(silent, 'closed');
    await page.button('Send').click();
    await editor.getByText(/took the call but did not answer within 2 s\./).waitFor();
    await closed;
    workbench.health.expect(/Timeout/);
  });
});

describe('sending a request through a proxy', () => {
  const authorization = `Basic ${Buffer.from('me:proxysecret').toString('base64')}`;
  let service: LocalTestService;
  let front: Awaited<ReturnType<typeof startTlsFront>>;
  let proxy: ForwardProxy;
  let workbench: Workbench;

  before(async () => {
    service = await LocalTestService.start();
    front = await startTlsFront(Number(new URL(service.local.baseUrl).port));
    proxy = await ForwardProxy.start({ hosts: { 'other.example:443': front.port }, authorization });
    workbench = await Workbench.start({
      theme: 'light',
      settings: {
        'http.proxy': `http://127.0.0.1:${proxy.port}`,
        'http.proxyAuthorization': authorization,
        'http.proxyStrictSSL': false,
        'azuremlServices.workspaces': {
          Far: {
            workspaceId: service.local.workspaceId,
            baseUrl: 'https://other.example',
            services: endpoints(service),
          },
        },
      },
    });
  });

  after(() => closeInOrder(workbench, proxy, front, service.running));

  it("goes by VS Code's settings to a host that only the proxy knows, as they are at each call", async () => {
    const page = new Page(workbench.window);
    const { window, editor } = page;
    await page.open(hashing, 'Far');
    await editor.getByLabel('Col2', { exact: true }).waitFor();
    await page.button('Send').click();
    await window.quickInput.enter(keyOf(service), { message: /API key of the web service/ });
    await window.quickInput.waitForClosed();
    await editor.getByRole('gridcell').first().waitFor();
    await page.button('Sent').click();
    assert.equal(await page.fact('Through the proxy').textContent(), `127.0.0.1:${proxy.port}`);
    assert.deepEqual([...new Set(proxy.asked)], ['CONNECT other.example:443']);
    assert.ok(!(await editor.locator('body').innerText()).includes(authorization));

    await workbench.changeTheme('dark', { 'http.proxyStrictSSL': true });
    await page.button('Send').click();
    await editor.getByText(/comes from an authority that this machine does not trust/).waitFor();
    await workbench.changeTheme('light', { 'http.proxyAuthorization': null });
    await page.button('Send').click();
    await editor.getByText(/wants credentials\. Set "http\.proxyAuthorization"/).waitFor();
    workbench.health.expect(/Certificate|ProxyAuthentication/);
    assert.doesNotMatch(await workbench.extensionLogs(), /proxysecret|bWU6cHJveHlzZWNyZXQ/);
  });
});
