import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Failure } from '../../../src/protocol/failure.ts';
import { limitsIn, starterLimits } from '../../../src/protocol/apim/limits.ts';
import { keyInjectionPolicy, limitsPolicy } from '../../../src/protocol/apim/policies.ts';
import {
  parsePolicy,
  type PolicyElement,
  samePolicy,
  writePolicy,
} from '../../../src/protocol/apim/policyXml.ts';
import { apimFixture } from './fixtures.ts';

describe('policy documents', () => {
  it('say the same whatever their spaces, comments, prolog and order of attributes', () => {
    const ours = keyInjectionPolicy('azureml-demo-key');
    const theirs = read(`<?xml version="1.0"?>\r\n<!-- a > b -->
      <policies>\r\n\t<inbound><base/>
        <set-header exists-action='override' name = "Authorization">
          <value> {{azureml-demo-key}} </value>
        </set-header><!-- the key of this client -->
        <set-header name="Ocp-Apim-Subscription-Key" exists-action="delete"></set-header>
      </inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error>
    </policies>\r\n`);
    assert.ok(samePolicy(ours, theirs));
  });

  it('differ in a value, in an element and in the order of elements', () => {
    const one = '<policies><inbound><a n="1" /><b /></inbound></policies>';
    for (const other of [
      one.replace('"1"', '"2"'),
      one.replace('<b />', ''),
      one.replace('<a n="1" /><b />', '<b /><a n="1" />'),
      one.replace('<b />', '<b>x</b>'),
    ]) {
      assert.ok(!samePolicy(read(one), read(other)), other);
    }
  });

  it('hold expressions as they are, and anything else escaped', () => {
    const text = `<policies><choose><when condition="@(context.Request.Headers["a"] == "(\\"<" && 1 < 2)">
      <set-body>@{ return "}" + '\\'' + @"\\" + (1 > 0 ? "&" : ""); }</set-body>
      <set-header name="x" note="&lt;&quot;&#65;&amp;"><value>a &amp;&lt; b</value></set-header>
    </when></choose></policies>`;
    const policy = read(text);
    const [when] = childrenOf(childrenOf(policy)[0]);
    assert.equal(when?.attributes.condition, '@(context.Request.Headers["a"] == "(\\"<" && 1 < 2)');
    const [body, header] = childrenOf(when);
    assert.deepEqual(body?.content, [`@{ return "}" + '\\'' + @"\\" + (1 > 0 ? "&" : ""); }`]);
    assert.equal(header?.attributes.note, '<"A&');
    assert.deepEqual(childrenOf(header)[0]?.content, ['a &< b']);
    assert.ok(samePolicy(read(writePolicy(policy)), policy));
  });

  it('end an expression where C# does, whatever its comments and texts hold', () => {
    for (const expression of [
      `@{ // it's } so\n return "a"; }`,
      `@{ /* don't ) } */ return 1 / 2; }`,
      `@("http://x" + 'y')`,
      `@($@"c:\\" + @$"d:\\")`,
    ]) {
      const [body, after] = childrenOf(read(`<a><set-body>${expression}</set-body><b c="'" /></a>`));
      assert.deepEqual([body?.content, after?.name], [[expression], 'b']);
    }
  });

  it('of an instance are read and written without a loss', () => {
    for (const name of ['GetApiPolicy', 'GetPolicyFormat']) {
      const policy = read(policyValue(apimFixture(name)));
      assert.ok(samePolicy(read(writePolicy(policy)), policy), name);
    }
  });

  it('that are none say where', () => {
    for (const [text, where] of [
      ['', 'line 1, column 1'],
      ['<policies>\n  <inbound>\n</policies>', 'line 3, column 1'],
      ['<policies a="1" a="2" />', 'column 18'],
      ['<policies a="<" />', 'column 14'],
      ['<policies><a>@(1 + (2)</a></policies>', 'column 14'],
      ['<policies /><policies />', 'column 13'],
      ['<policies><!-- ', 'column 15'],
      ['<!DOCTYPE x><policies />', 'column 2'],
      ['<a>'.repeat(5000), 'column 304'],
    ] as const) {
      const failure = parsePolicy(text);
      assert.ok(failure instanceof Failure && failure.code === 'InvalidPolicy', text);
      assert.ok(failure.sentence.includes(where), `${text.slice(0, 40)}: ${failure.sentence}`);
    }
  });

  it('of any content come back as they were written', () => {
    const name = fc.stringMatching(/^[a-z][a-z-]{0,8}$/);
    // An expression is written as it is, so what only begins like one is none.
    const value = fc.string().filter((text) => !/^\s*@[({]/.test(text));
    const attributes = fc.dictionary(name, value, { maxKeys: 3 });
    const leaf = fc.record({
      name,
      attributes,
      content: fc.array(value.map((text) => text.trim()).filter(Boolean), { maxLength: 1 }),
    });
    const element = fc.record({ name, attributes, content: fc.array(leaf, { maxLength: 3 }) });
    fc.assert(
      fc.property(element, (policy) => {
        const written = writePolicy(policy);
        assert.equal(writePolicy(read(written)), written.replaceAll('\r\n', '\n'));
      }),
    );
  });

  it('say the limits of a product', () => {
    assert.deepEqual(limitsIn(limitsPolicy(starterLimits)), starterLimits);
    assert.deepEqual(limitsIn(keyInjectionPolicy('k')), {});
    assert.deepEqual(
      limitsIn(read('<policies><rate-limit calls="@(1)" renewal-period="1" /></policies>')),
      {},
    );
  });
});

function read(text: string): PolicyElement {
  const policy = parsePolicy(text);
  if (policy instanceof Failure) throw policy;
  return policy;
}

function childrenOf(element: PolicyElement | undefined): PolicyElement[] {
  return (element?.content ?? []).flatMap((part) => (typeof part === 'string' ? [] : [part]));
}

function policyValue({ properties }: { readonly properties: Readonly<Record<string, unknown>> }): string {
  assert.equal(typeof properties.value, 'string');
  return String(properties.value);
}
