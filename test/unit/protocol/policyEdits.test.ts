import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addressField,
  fieldsIn,
  foundAgain,
  headerField,
  quotaField,
  rateField,
  readPolicy,
  tokenField,
  withField,
  type PolicyField,
} from '../../../src/protocol/apim/policyFields.ts';
import { withoutElement } from '../../../src/protocol/apim/policyEdits.ts';
import { childrenOf, elementsNamed } from '../../../src/protocol/apim/policyXml.ts';

/** Everything that an edit has to leave alone. */
const rich = `<!-- a > b -->
<policies>
    <inbound>
        <base /> <!-- ours -->
        <choose>
            <when condition="@(context.Request.Headers["a"] == "<b>" && 1 < 2)">
                <set-header name='x'   exists-action='skip'><value><![CDATA[ <rate-limit calls="9" /> ]]></value></set-header>
            </when>
        </choose>
        <unknown-one a=">" />
        <set-header name="Authorization" exists-action="override">
            <value>{{key}}</value>
        </set-header>
    </inbound>
    <backend><base /></backend>
    <outbound />
</policies>
`;

/** Sets a field as the questions do: the first of its kind, or a new one. */
function set<T>(text: string, field: PolicyField<T>, fields: T): string {
  const [found] = fieldsIn(readPolicy(text), field);
  const changed = withField(text, field, fields, found?.element);
  assert.ok(
    fieldsIn(readPolicy(changed), field).some(
      (each) => JSON.stringify(each.fields) === JSON.stringify(fields),
    ),
    changed,
  );
  return changed;
}

/** The lines that an edit has put in; all other lines must be as they were, in their order. */
function added(before: string, after: string): readonly string[] {
  const old = before.split('\n');
  const lines: string[] = [];
  for (const line of after.split('\n')) {
    if (line === old[0]) old.shift();
    else lines.push(line);
  }
  assert.deepEqual(old, []);
  return lines;
}

function comesAndGoes<T>(
  text: string,
  field: PolicyField<T>,
  fields: T,
  isNew: (fields: T) => boolean,
): void {
  const changed = withField(text, field, fields, undefined);
  const [made, ...more] = fieldsIn(readPolicy(changed), field).filter((each) => isNew(each.fields));
  assert.deepEqual(more, []);
  assert.equal(made && withoutElement(changed, made.element), text);
}

describe('policies as fields', () => {
  const rate = { calls: '5', period: '60' };
  const token = {
    configUrls: ['https://login.example/.well-known/openid-configuration'],
    audiences: ['a&b', 'c'],
    header: 'Authorization',
    scheme: 'Bearer',
  };

  it('come behind <base /> and what is said of it, and leave all else as it is', () => {
    const limited = set(rich, rateField, rate);
    assert.deepEqual(added(rich, limited), ['        <rate-limit calls="5" renewal-period="60" />']);
    assert.match(limited, /<base \/> <!-- ours -->\n {8}<rate-limit/);
  });

  it('stand in the order in which a call should meet them, whichever was asked for first', () => {
    const header = { name: 'X-A', action: 'override', values: ['1'] } as const;
    let text = withField(rich, headerField('inbound'), header, undefined);
    text = set(text, quotaField, { calls: '9', period: '3600' });
    text = set(text, rateField, rate);
    text = set(text, tokenField, token);
    text = set(text, addressField, { action: 'allow', addresses: ['1.2.3.4'] });
    const [inbound] = elementsNamed(readPolicy(text), 'inbound');
    assert.deepEqual(inbound && childrenOf(inbound).map(({ name }) => name), [
      ...['base', 'ip-filter', 'validate-jwt', 'rate-limit', 'quota', 'choose', 'unknown-one'],
      ...['set-header', 'set-header'],
    ]);
  });

  it('look at a token before a header of the same name takes its place', () => {
    const text = `<policies>\n\t<inbound>\n\t\t<set-header name="authorization"><value>x</value></set-header>\n\t\t<base />\n\t</inbound>\n</policies>`;
    const changed = set(text, tokenField, token);
    assert.ok(changed.indexOf('<validate-jwt') < changed.indexOf('<set-header'));
    assert.match(
      changed,
      /\n\t\t<validate-jwt header-name="Authorization" require-scheme="Bearer">\n\t\t\t<openid-config url/,
    );
    assert.match(changed, /\n\t\t\t<audiences>\n\t\t\t\t<audience>a&amp;b<\/audience>/);
  });

  it('change the attributes and children that they describe, and no others', () => {
    const text = `<policies><inbound>
  <rate-limit
    calls='5' remaining-calls-header-name="left"   renewal-period="60">
    <!-- of this one -->
    <api name="x" calls="1" renewal-period="9" />
  </rate-limit>
  <validate-jwt header-name="Authorization" failed-validation-httpcode="403">
    <openid-config url="https://old" />
    <!-- who it is for -->
    <issuers><issuer>me</issuer></issuers>
  </validate-jwt>
</inbound></policies>`;
    assert.equal(set(text, rateField, { ...rate, calls: '7' }), text.replace("calls='5'", 'calls="7"'));
    const wanted = { configUrls: ['https://new'], audiences: ['a'], header: 'X-Token' };
    assert.equal(
      set(text, tokenField, wanted),
      text
        .replace('"Authorization"', '"X-Token"')
        .replace(
          '<openid-config url="https://old" />',
          '<openid-config url="https://new" />\n    <audiences>\n      <audience>a</audience>\n    </audiences>',
        ),
    );
    assert.equal(set(text, rateField, rate), text);
  });

  it('keep the other issuers of tokens where one is changed', () => {
    const two = ['<openid-config url="https://one" />', '<openid-config url="https://two" />'].join('\n  ');
    const text = `<policies><inbound>\n<validate-jwt header-name="A">\n  ${two}\n</validate-jwt></inbound></policies>`;
    const [found] = fieldsIn(readPolicy(text), tokenField);
    assert.deepEqual(found?.fields.configUrls, ['https://one', 'https://two']);
    const wanted = { ...found.fields, configUrls: ['https://new', 'https://two'] };
    assert.equal(set(text, tokenField, wanted), text.replace('https://one', 'https://new'));
  });

  it('are found again where others have changed the document meanwhile', () => {
    const note = (value: string): string => `<set-header name="X"><value>${value}</value></set-header>`;
    const policy = (...values: readonly string[]) =>
      fieldsIn(
        readPolicy(`<policies><inbound>${values.map(note).join('')}</inbound></policies>`),
        headerField('inbound'),
      );
    const seen = { fields: policy('same')[0]?.fields, nth: 1 };
    const valueOf = (...values: readonly string[]): unknown => {
      const all = policy(...values);
      const found = foundAgain(all, seen);
      return found && [found.fields.values[0], all.indexOf(found)];
    };
    assert.deepEqual(valueOf('same', 'same', 'same'), ['same', 1]);
    assert.deepEqual(valueOf('other', 'new', 'same'), ['same', 2]);
    assert.deepEqual(valueOf('same'), ['same', 0]);
    assert.deepEqual(valueOf('other', 'changed'), ['changed', 1]);
    assert.equal(valueOf('other'), undefined);
  });

  it('become by key where they were by subscription, in the same place', () => {
    const limited = set(rich, rateField, rate);
    const byKey = set(limited, rateField, { ...rate, counterKey: '@(context.Request.IpAddress)' });
    assert.equal(
      byKey,
      limited.replace(
        '<rate-limit calls="5" renewal-period="60" />',
        '<rate-limit-by-key calls="5" renewal-period="60" counter-key="@(context.Request.IpAddress)" />',
      ),
    );
  });

  it('keep the addresses that stay, with what is said of them', () => {
    const text = `<policies>\r
  <inbound>\r
    <ip-filter action="allow">\r
      <!-- the office -->\r
      <address>1.1.1.1</address>\r
      <address-range from="2.0.0.0" to="2.0.0.9" />\r
      <address>3.3.3.3</address> <!-- Ada -->\r
    </ip-filter>\r
  </inbound>\r
</policies>\r
`;
    const addresses = (...all: string[]) => ({ action: 'allow', addresses: all }) as const;
    assert.equal(
      set(text, addressField, addresses('1.1.1.1', '3.3.3.3')),
      text.replace('      <address-range from="2.0.0.0" to="2.0.0.9" />\r\n', ''),
    );
    assert.equal(
      set(
        text,
        addressField,
        addresses('1.1.1.1', '2.0.0.0-2.0.0.9', '3.3.3.3', '4.4.4.4', '5.0.0.0-5.0.0.1'),
      ),
      text.replace(
        '<!-- Ada -->\r\n',
        '<!-- Ada -->\r\n      <address>4.4.4.4</address>\r\n      <address-range from="5.0.0.0" to="5.0.0.1" />\r\n',
      ),
    );
    assert.equal(
      set(text, addressField, { action: 'forbid', addresses: ['1.1.1.1', '2.0.0.0-2.0.0.9', '3.3.3.4'] }),
      text.replace('"allow"', '"forbid"').replace('3.3.3.3', '3.3.3.4'),
    );
  });

  it('open an empty section, or make the one that is missing where it belongs', () => {
    const header = { name: 'X-A', action: 'delete', values: [] } as const;
    const opened = set(rich, headerField('outbound'), header);
    assert.ok(
      opened.includes(
        '    <outbound>\n        <set-header name="X-A" exists-action="delete" />\n    </outbound>\n',
      ),
      opened,
    );
    const made = set('<policies>\n  <on-error />\n</policies>', rateField, rate);
    assert.equal(
      made,
      '<policies>\n  <inbound>\n    <rate-limit calls="5" renewal-period="60" />\n  </inbound>\n  <on-error />\n</policies>',
    );
    const withBase = set('<policies><backend><base /></backend></policies>', rateField, rate);
    const [inbound] = elementsNamed(readPolicy(withBase), 'inbound');
    assert.deepEqual(inbound && childrenOf(inbound).map(({ name }) => name), ['base', 'rate-limit']);
  });

  it('are removed with their line, and leave their comment', () => {
    const limited = set(rich, rateField, rate);
    const [found] = fieldsIn(readPolicy(limited), rateField);
    assert.ok(found);
    assert.equal(withoutElement(limited, found.element), rich);
    const inline =
      '<policies><inbound><base /><quota calls="1" renewal-period="0" /><!-- q --></inbound></policies>';
    const [quota] = fieldsIn(readPolicy(inline), quotaField);
    assert.ok(quota);
    assert.equal(
      withoutElement(inline, quota.element),
      '<policies><inbound><base /><!-- q --></inbound></policies>',
    );
  });

  it('do not mistake a condition, a comment or a text for what they describe', () => {
    const text = `<policies><inbound>
      <!-- <rate-limit calls="1" renewal-period="1" /> -->
      <choose><when condition="@(true)"><rate-limit calls="2" renewal-period="2" /></when></choose>
      <set-body><![CDATA[<rate-limit calls="3" renewal-period="3" />]]></set-body>
    </inbound><outbound><rate-limit calls="4" renewal-period="4" /></outbound></policies>`;
    assert.deepEqual(fieldsIn(readPolicy(text), rateField), []);
  });

  it('write expressions as they are, and all else escaped', () => {
    const header = (value: string) => ({ name: 'X', action: 'override', values: [value] }) as const;
    const expression = '@(context.Request.Headers.GetValueOrDefault("a", "<none>") + "&")';
    assert.ok(
      set(rich, headerField('outbound'), header(expression)).includes(`<value>${expression}</value>`),
    );
    assert.ok(set(rich, headerField('outbound'), header('a<b&c')).includes('<value>a&lt;b&amp;c</value>'));
  });

  it('come into any document and out of it again without a trace', () => {
    const part = fc.constantFrom(
      '<base />',
      '<!-- <rate-limit /> -->',
      '<a b=">" c=\'"\' />',
      '<set-variable name="x" value="@{ return "</inbound>" + (1 < 2); }" />',
      '<set-body><![CDATA[</inbound>]]></set-body>',
      '<set-body>text &lt;</set-body>',
      '<set-header name="Authorization"><value>@("<" + \'"\')</value></set-header>',
      '<choose>\n<when condition="@(1 < 2)">\n<rate-limit calls="1" renewal-period="1" />\n</when>\n</choose>',
      '',
    );
    const parts = fc.array(part, { minLength: 1, maxLength: 6 });
    const breaks = fc.constantFrom('\n', '\r\n', '\n\n', '');
    fc.assert(
      fc.property(parts, breaks, fc.constantFrom('', '  ', '\t'), (inside, gap, indent) => {
        const text = `<policies>${gap}<inbound>${gap}<quota-by-key />${inside
          .map((each) => gap + indent + each)
          .join('')}${gap}</inbound>${gap}</policies>`;
        comesAndGoes(text, rateField, rate, () => true);
        const header = { name: 'X-New', action: 'override', values: ['1'] } as const;
        comesAndGoes(text, headerField('inbound'), header, ({ name }) => name === 'X-New');
      }),
    );
  });
});
