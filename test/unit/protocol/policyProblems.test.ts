import assert from 'node:assert/strict';
import { lineColumnAt } from '../../../src/protocol/apim/policyReader.ts';
import {
  policyProblems,
  policyRefusals,
  type PolicyPlace,
} from '../../../src/protocol/apim/policyProblems.ts';
import {
  addressProblem,
  configUrlProblem,
  headerNameProblem,
  ratePeriodProblem,
} from '../../../src/protocol/apim/policyValues.ts';

const api: PolicyPlace = { scope: 'api' };
const product: PolicyPlace = { scope: 'product' };

/** Severity, place and text of each problem. */
function problems(text: string, place: PolicyPlace): readonly string[] {
  return policyProblems(text, place).map(({ severity, message, span }) => {
    const { line, column } = lineColumnAt(text, span.start);
    return `${severity} ${line}:${column} ${message}`;
  });
}

function inbound(element: string, place: PolicyPlace): readonly string[] {
  return problems(`<policies><inbound>${element}</inbound></policies>`, place).map((each) =>
    each.replace(/^(\w+) \S+ /, '$1 '),
  );
}

describe('what is wrong with a policy', () => {
  it('is nothing in one that says all it can', () => {
    const text = `<policies>
  <inbound>
    <base />
    <cors><allowed-origins><origin>*</origin></allowed-origins></cors>
    <ip-filter action="forbid"><address>1.2.3.4</address><address-range from="::1" to="::ff" /></ip-filter>
    <validate-jwt header-name="Authorization"><openid-config url="https://x" /></validate-jwt>
    <rate-limit-by-key calls="@(1 > 0 ? 1 : 2)" renewal-period="300" counter-key="@("")" />
    <quota calls="{{calls}}" renewal-period="0" />
    <choose><when condition="@(true)"><set-header name="X"><value>1</value></set-header></when></choose>
  </inbound>
  <backend><forward-request /></backend>
  <outbound><set-header name="X" exists-action="delete" /></outbound>
  <on-error><base /></on-error>
</policies>`;
    assert.deepEqual(problems(text, { scope: 'product', tier: 'Developer' }), []);
  });

  it('is said with the place in the text that was given', () => {
    assert.deepEqual(problems('<policies>\r\n  <inbound>\r\n</policies>', api), [
      'error 3:1 </inbound> is expected.',
    ]);
    assert.deepEqual(
      problems(
        '<policies>\r\n  <outbound>\r\n    <rate-limit calls="0" renewal-period="301" />\r\n  </outbound>\r\n</policies>',
        api,
      ),
      [
        'error 3:6 <rate-limit> may stand in inbound only, not in outbound.',
        'error 3:6 calls: It is a whole number, 1 or more.',
        'error 3:6 renewal-period: It is a number of seconds from 1 to 300.',
      ],
    );
  });

  it('is a section that is none, or is there twice, and a policy under a condition in the wrong one', () => {
    assert.deepEqual(problems('<policies><in /><inbound /><inbound /></policies>', api), [
      'error 1:12 <in> is no section: there are inbound, backend, outbound, on-error.',
      'error 1:29 The section inbound may be there once only.',
    ]);
    assert.deepEqual(
      problems(
        '<policies><outbound><choose><otherwise><cors /></otherwise></choose></outbound></policies>',
        api,
      ),
      ['error 1:41 <cors> may stand in inbound only, not in outbound.'],
    );
  });

  it('depends on what the policy is of, and on the tier', () => {
    const quota = '<quota calls="1" renewal-period="3600" />';
    assert.deepEqual(inbound(quota, product), []);
    assert.deepEqual(inbound(quota.replace('3600', '60'), product), []);
    for (const scope of ['instance', 'api', 'operation'] as const)
      assert.match(inbound(quota, { scope }).join(), /^error <quota> .* of a product only\.$/);
    const rate = '<rate-limit calls="1" renewal-period="60" />';
    assert.match(
      inbound(rate, { scope: 'instance' }).join(),
      /^error <rate-limit> .* not in that of the instance/,
    );
    assert.match(inbound(rate + rate, product).join(), /^error <rate-limit> may be there once only\.$/);
    const byKey =
      '<quota-by-key calls="1" renewal-period="300" counter-key="@(context.Request.IpAddress)" />';
    assert.deepEqual(inbound(byKey, { ...api, tier: 'Standard' }), []);
    assert.match(
      inbound(byKey, { ...api, tier: 'Consumption' }).join(),
      /^error The tier Consumption has no <quota/,
    );
    assert.match(
      inbound(byKey, { ...api, tier: 'StandardV2' }).join(),
      /^error The tier StandardV2 has no <quota/,
    );
    const long = `<policies><!-- ${'x'.repeat(16 * 1024)} --></policies>`;
    assert.equal(
      problems(long, { ...api, tier: 'Consumption' }).join(),
      'error 1:2 In the tier Consumption a policy document has at most 16,384 bytes; this one has 16,414 bytes.',
    );
    assert.deepEqual(problems(long, api), []);
    const longest = long.replace('x', 'x'.repeat(240 * 1024));
    assert.match(problems(longest, api).join(), /^error 1:2 A policy document has at most 262,144 bytes/);
  });

  it('is what the service would refuse of addresses, tokens and headers', () => {
    for (const [element, wanted] of [
      [
        '<ip-filter action="deny"><address>1.2.3</address></ip-filter>',
        /allow or forbid.*1\.2\.3 is no IP address/,
      ],
      ['<ip-filter action="allow" />', /needs an <address>/],
      ['<validate-jwt />', /needs one of the attributes/],
      ['<validate-jwt header-name="A" token-value="B" />', /and only one/],
      ['<set-header name="Content-Length"><value>1</value></set-header>', /does not let a policy change/],
      ['<set-header name="Server" exists-action="delete" />', /does not let a policy delete Server/],
      ['<set-header name="X" exists-action="add" />', /exists-action is one of.*needs a <value>/],
      ['<quota renewal-period="5m" />', /calls, or bandwidth.*a number of seconds, or 0/],
      ['<quota-by-key calls="1" renewal-period="299" counter-key="a" />', /from 300, or 0/],
      ['<rate-limit-by-key calls="1" renewal-period="1" />', /counter-key: It is missing/],
    ] as const) {
      const found = inbound(element, product);
      assert.match(found.join(' '), wanted, element);
      assert.ok(
        found.every((each) => each.startsWith('error ')),
        element,
      );
    }
  });

  it('is a text where only elements may stand, but no comment and no text of an element that takes one', () => {
    for (const [element, wanted] of [
      ['text', /<inbound> may hold elements only/],
      ['<base />/>', /<inbound> may hold elements only/],
      ['@(context.Foo)', /<inbound> may hold elements only/],
      ['<ip-filter action="allow"><address>1.2.3.4</address>, </ip-filter>', /<ip-filter> may hold/],
      ['<set-header name="X"><value>1</value>2</set-header>', /<set-header> may hold/],
      ['<validate-jwt header-name="A">text</validate-jwt>', /<validate-jwt> may hold/],
      ['<choose>a<when condition="@(true)">b</when></choose>', /<choose> may hold.*<when> may hold/],
    ] as const)
      assert.match(inbound(element, product).join(' '), wanted, element);
    assert.deepEqual(problems('<policies>a<inbound /></policies>', api), [
      'error 1:2 <policies> may hold elements only, and no text.',
    ]);
    const fine = `<!-- a --><set-body>@{ return "a"; }</set-body>
      <set-header name="X"> <!-- b --> <value>@(context.Foo("<"))</value></set-header>
      <ip-filter action="allow"> <!-- c --> <address>1.2.3.4</address> </ip-filter>`;
    assert.deepEqual(inbound(fine, api), []);
  });

  it('is only a warning where a policy may be newer than the extension', () => {
    assert.match(inbound('<brand-new />', api).join(), /^warning <brand-new> is no policy/);
    assert.deepEqual(inbound('<constructor />', api).length, 1);
  });
});

describe('what may be filled in', () => {
  it('is checked as the service does', () => {
    const named = ['{{office}}', '{{allowed-ips}}', '{{lo-ip}}-{{hi-ip}}', '1.0.0.1 - {{hi-ip}}', '@(1 - 2)'];
    for (const good of ['1.2.3.4', '1.0.0.1-1.0.0.9', '1.0.0.1 - 1.0.0.1', 'fe80::1', ...named])
      assert.equal(addressProblem(good), undefined, good);
    for (const bad of ['', '1.2.3', '1.2.3.256', '1.0.0.9-1.0.0.1', '1.0.0.1-::1', '1-2-3', '10.0.0.0/8'])
      assert.notEqual(addressProblem(bad), undefined, bad);
    for (const bad of ['{{a-b}}-1.2', '1.2-{{a-b}}', '{{a}}-{{b}}-{{c}}', '{{a}}-', '{{a}}/8'])
      assert.notEqual(addressProblem(bad), undefined, bad);
    for (const bad of ['0', '301', '-1', '1.5', '', 'x']) assert.ok(ratePeriodProblem(bad), bad);
    for (const bad of ['', 'a b', 'a:', 'transfer-encoding']) assert.ok(headerNameProblem(bad), bad);
    assert.equal(headerNameProblem('X-My_Header.1'), undefined);
  });
});

describe('what API Management says against a policy', () => {
  const outer = { code: 'ValidationError', message: 'One or more fields contain incorrect values:' };

  it('has a place for each wrong element', () => {
    const detail = (message: string) => ({ code: 'ValidationError', target: 'choose', message });
    assert.deepEqual(
      policyRefusals([
        outer,
        detail("Error in element 'choose' on line 15, column 4: A condition\nis missing."),
        detail('Cannot find a property x'),
      ]),
      [
        { message: 'A condition\nis missing.', at: { line: 15, column: 4 } },
        { message: 'Cannot find a property x' },
      ],
    );
  });

  it('has the place where the text is no XML, in a detail or with none', () => {
    const message = "'<' is an unexpected token. Line 28, position 56.";
    const wanted = [{ message, at: { line: 28, column: 56 } }];
    const code = 'ValidationError';
    assert.deepEqual(policyRefusals([outer, { code, target: 'representation', message }]), wanted);
    assert.deepEqual(policyRefusals([{ code, message }]), wanted);
    assert.deepEqual(policyRefusals([]), []);
  });

  it('is where nobody on the way can change it, for the keys of tokens', () => {
    for (const good of ['https://login.example/v2.0', '{{configuration}}'])
      assert.equal(configUrlProblem(good), undefined, good);
    for (const bad of ['http://login.example/v2.0', 'login.example', ''])
      assert.match(configUrlProblem(bad) ?? '', /begins with https/, bad);
  });
});
