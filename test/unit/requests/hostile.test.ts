import assert from 'node:assert/strict';
import { viewOfFailure } from '../../../src/requests/answerFailure.ts';
import { prettyText } from '../../../src/requests/answerText.ts';
import { viewOfAnswer } from '../../../src/requests/answerView.ts';
import { execute, failureOf, type RrsAnswer } from '../../../src/requests/execute.ts';
import type { AnswerView } from '../../../src/shared/requestEditorContract.ts';
import {
  hostileAnswers,
  hostileColumns,
  hostileRow,
  HostileService,
  type HostileAnswer,
  type RedirectTo,
} from '../../support/hostileService.ts';
import { Bench } from '../transport/servers.ts';

describe('an answer of a hostile service', () => {
  const bench = new Bench();
  let service: HostileService;
  before(async () => (service = await HostileService.start()));
  after(() => service.close());
  afterEach(() => bench.close());

  const key = 'Bearer topsecretkey';

  function call(answer: HostileAnswer | { readonly redirect: RedirectTo }): Promise<RrsAnswer> {
    service.answerWith(answer);
    return execute(
      bench.client(),
      {
        address: { baseUrl: service.baseUrl, style: 'workspaces', workspaceId: 'w', endpointId: 'e' },
        query: { apiVersion: '2.0', details: true },
        headers: { 'X-Own': 'topsecretkey' },
        body: '{}',
      },
      { Authorization: key, 'Ocp-Apim-Subscription-Key': 'topsecretkey' },
    );
  }

  /** A good answer's view; it has to get through a message to the webview. */
  async function view(answer: HostileAnswer): Promise<AnswerView> {
    const got = await call(answer);
    assert.equal(failureOf(got), undefined);
    return structuredClone(viewOfAnswer(got));
  }

  async function sentence(answer: HostileAnswer): Promise<string> {
    const got = await call(answer);
    const failure = failureOf(got);
    assert.ok(failure);
    structuredClone([viewOfAnswer(got), viewOfFailure(failure, [])]);
    return `${failure.code}: ${failure.sentence}`;
  }

  it('keeps markup, quotes, line breaks and other alphabets as the text that they are', async () => {
    const [output] = (await view(hostileAnswers.markup)).outputs;
    assert.deepEqual(
      output?.columns.map(({ name }) => name),
      hostileColumns,
    );
    assert.deepEqual(output.rows, [hostileRow, hostileRow.toReversed()]);
    const names = (await view(hostileAnswers.markupInNames)).outputs.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), [...new Set(hostileColumns)].filter((n) => n !== 'twice').toSorted());
  });

  it('may have a cell of 1 MB, a name of 1 MB and 5,000 columns', async () => {
    const [big] = (await view(hostileAnswers.bigCell)).outputs;
    assert.equal(big?.rows[0]?.[0]?.length, 1_000_000);
    assert.equal((await view(hostileAnswers.bigName)).outputs[0]?.columns[0]?.name?.length, 1_000_000);
    const [wide] = (await view(hostileAnswers.manyColumns)).outputs;
    assert.equal(wide?.columns.length, 5000);
    assert.equal(wide.rows[9]?.[4999], '9/4999');
    assert.equal(wide.rowCount, 200);
  });

  it('may be nested a hundred thousand times', async () => {
    const { text, outputs } = await view(hostileAnswers.deep);
    assert.deepEqual(outputs, []);
    assert.ok(text.text.length < 1_000_000);
    assert.ok(prettyText(hostileAnswers.deep.body).length < 1_000_000);
    const [cell] = (await view(hostileAnswers.deepCell)).outputs;
    assert.deepEqual(cell?.rows, [['[…]', 'beside']]);
    const deep = (await view(hostileAnswers.deepOutput)).outputs;
    assert.deepEqual(
      deep.map(({ name, isTable }) => [name, isTable]),
      [
        ['output1', true],
        ['output2', false],
      ],
    );
  });

  it('is no table when its rows share no columns', async () => {
    assert.equal((await view(hostileAnswers.sparse)).outputs[0]?.isTable, false);
  });

  it('is read whatever type it says that it has', async () => {
    assert.deepEqual((await view(hostileAnswers.wrongType)).outputs[0]?.rows, [['still a table']]);
  });

  it('shows bytes that are no UTF-8 as such, and says so', async () => {
    const shown = await view(hostileAnswers.invalidUtf8);
    assert.deepEqual(shown.outputs[0]?.rows, [['caf\ufffd\ufffd']]);
    assert.equal(shown.notUtf8, true);
    assert.equal((await view(hostileAnswers.markup)).notUtf8, undefined);
  });

  it('says where it is no JSON', async () => {
    assert.match(
      await sentence(hostileAnswers.nan),
      /^MalformedAnswer: .* is not JSON: NaN at line 3, column 18 .*the model or the service has to replace it/,
    );
    assert.match(
      await sentence(hostileAnswers.cutOff),
      /^MalformedAnswer: .* is cut off: .* line 1, column 66/,
    );
    assert.match(await sentence(hostileAnswers.empty), /^MalformedAnswer: .* HTTP 200 without a body/);
    assert.match(
      await sentence({ body: '{"a" "b"}' }),
      /^MalformedAnswer: .* is not JSON: " at line 1, column 6/,
    );
  });

  it('names the page of a captive portal', async () => {
    assert.match(
      await sentence(hostileAnswers.portal),
      /^UnexpectedHtml: .* HTTP 200 with a web page \("Sign in to Airport Wi-Fi"\).*the sign-in page of a network/,
    );
    assert.match(await sentence({ body: '\n <HTML><p>' }), /^UnexpectedHtml: .* with a web page in place/);
  });

  it('may be an error with the names of other things for codes, and want to wait for ever', async () => {
    const said = await sentence(hostileAnswers.hostileError);
    assert.match(said, /^__proto__: The call to the service at .* failed with __proto__ \(HTTP 400\)/);
    assert.doesNotMatch(said, /native code|\[object/);
    assert.ok(said.length < 1500, `${said.length} characters`);
  });

  it('takes no longer to be redacted because of what is in it', async () => {
    for (const unit of ['"key', '<title', 'a.', '"a":"', 'x://a']) {
      await sentence({ status: 400, body: unit.repeat(1_000_000) });
      await sentence({ status: 502, headers: { 'content-type': 'text/html' }, body: unit.repeat(1_000_000) });
    }
  });

  for (const redirect of ['host', 'port', 'scheme'] as const) {
    it(`does not lead a call to another ${redirect}, nor its keys`, async () => {
      await assert.rejects(call({ redirect }), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'RedirectRefused');
        assert.match(error.message, /another host, port or scheme; it was not sent on/);
        return true;
      });
      assert.deepEqual(service.elsewhere, []);
    });
  }

  it('does not lead a call in circles', async () => {
    await assert.rejects(call({ redirect: 'self' }), { code: 'TooManyRedirects' });
  });
});
