import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addressField,
  fieldsIn,
  headerActions,
  headerField,
  quotaField,
  rateField,
  readPolicy,
  tokenField,
  withField,
  type PolicyField,
} from '../../../src/protocol/apim/policyFields.ts';
import { policyProblems } from '../../../src/protocol/apim/policyProblems.ts';
import { childrenOf, writePolicy, type PolicyElement } from '../../../src/protocol/apim/policyXml.ts';

type Described = Pick<PolicyField<unknown>, 'read' | 'owned'>;

/** How somebody writes his XML. */
interface Style {
  readonly quote: string;
  /** Between the attributes of a tag. */
  readonly space: string;
  /** Between an element and the next one. */
  readonly gap: string;
  readonly closesItself: boolean;
  readonly tagEnd: string;
}

type Source = (style: Style) => string;
type Attributes = Readonly<Record<string, string | undefined>>;

const styles: fc.Arbitrary<Style> = fc.record({
  quote: fc.constantFrom('"', "'"),
  space: fc.constantFrom(' ', '\n      ', '   '),
  gap: fc.constantFrom('', '\n      ', '\n\n\t\t', ' <!-- note -->\n    ', '<!-- note -->'),
  closesItself: fc.boolean(),
  tagEnd: fc.constantFrom('', ' ', '\n    '),
});

function tag(name: string, attributes: Attributes, children: readonly Source[]): Source {
  return (style) => {
    const { quote, space, gap, closesItself, tagEnd } = style;
    const written = Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined ? [] : [`${space}${key}=${quote}${value}${quote}`],
    );
    // What is said in a child goes where the child goes.
    const inner = { ...style, gap: '' };
    const start = `<${name}${written.join('')}${tagEnd}`;
    if (children.length === 0 && closesItself) return `${start}/>`;
    return `${start}>${children.map((child) => gap + child(inner)).join('')}${gap}</${name}>`;
  };
}

function leaf(name: string, text: string): Source {
  return () => `<${name}>${text}</${name}>`;
}

function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined });
}

function some<T>(values: readonly T[], minLength: number): fc.Arbitrary<readonly T[]> {
  return fc.shuffledSubarray([...values], { minLength });
}

/** An element without the attributes and children that are described by fields. */
function restOf({ name, attributes, content }: PolicyElement, { owned }: Described): PolicyElement {
  return {
    name,
    attributes: Object.fromEntries(
      Object.entries(attributes).filter(([key]) => !owned.attributes.includes(key)),
    ),
    content: content.filter((part) => typeof part === 'string' || !owned.children.includes(part.name)),
  };
}

/** What is said of addresses, issuers and audiences does not depend on their order. */
function sorted(fields: object): unknown {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.toSorted() : (value as unknown),
    ]),
  );
}

function commentsOf(text: string): readonly string[] {
  return text.match(/<!--.*?-->/g) ?? [];
}

/** In whatever way a policy is written: what was asked for is said, and nothing else has changed. */
function changesOnlyItself<T extends object>(
  field: PolicyField<T>,
  sources: fc.Arbitrary<Source>,
  wanted: fc.Arbitrary<T>,
): void {
  const ends = fc.constantFrom('\n', '\r\n');
  fc.assert(
    fc.property(sources, styles, wanted, ends, (source, style, fields, end) => {
      const { gap } = style;
      const section = ['<base />', source(style), '<trace source="a" />'].join(gap || ' ');
      const before = `<policies>\n  <!-- first -->\n  <inbound>${gap}${section}${gap}</inbound>\n  <outbound />\n</policies>`;
      const text = before.replaceAll('\n', end);
      const [found] = fieldsIn(readPolicy(text), field);
      assert.ok(found, text);
      const changed = withField(text, field, fields, found.element);
      const [now] = fieldsIn(readPolicy(changed), field);
      assert.ok(now, changed);
      assert.deepEqual(sorted(now.fields), sorted(fields), changed);
      assert.equal(writePolicy(restOf(now.element, field)), writePolicy(restOf(found.element, field)));
      assert.deepEqual(around(changed, field), around(text, field), changed);
      assert.deepEqual(commentsOf(changed), commentsOf(text), changed);
      assert.deepEqual(policyProblems(changed, { scope: 'product' }), [], changed);
      assert.equal(changed.split(end).join('').includes('\n'), false);
      inOrder(childrenOf(now.element), field);
    }),
    { seed: 20_261_121, numRuns: 300 },
  );
}

/** The document with nothing in the element of a field. */
function around(text: string, field: Described): string {
  const policy = readPolicy(text);
  const emptied = childrenOf(policy).map((section) => ({
    ...section,
    content: section.content.map((part) =>
      typeof part !== 'string' && field.read(part) !== undefined ? { ...part, ...restOf(part, field) } : part,
    ),
  }));
  return writePolicy({ ...policy, content: emptied });
}

function inOrder(children: readonly PolicyElement[], { owned: { order } }: Described): void {
  const ranks = children.map(({ name }) => order?.indexOf(name) ?? 0);
  assert.deepEqual(
    ranks,
    ranks.toSorted((a, b) => a - b),
    children.map(({ name }) => name).join(),
  );
}

describe('a change of a policy in any writing changes only what it is about', () => {
  it('for addresses', () => {
    const all: readonly (readonly [from: string, to?: string])[] = [
      ['1.1.1.1'],
      ['2.2.2.2'],
      ['fe80::1'],
      ['{{office-ip}}'],
      ['3.0.0.0', '3.0.0.9'],
      ['4.0.0.0', '4.0.0.9'],
      ['{{lo-ip}}', '{{hi-ip}}'],
    ];
    const addresses = some(
      all.map((ends) => ends.join('-')),
      1,
    );
    const action = fc.constantFrom('allow' as const, 'forbid' as const);
    changesOnlyItself(
      addressField,
      fc.record({ action: maybe(action), there: some(all, 0) }).map(({ action: done, there }) =>
        tag(
          'ip-filter',
          { action: done },
          there.map(([from, to]) =>
            to === undefined ? leaf('address', from) : tag('address-range', { from, to }, []),
          ),
        ),
      ),
      fc.record({ action, addresses }),
    );
  });

  it('for headers', () => {
    const name = fc.constantFrom('X', 'X-Debug', '{{header-name}}');
    const value = fc.constantFrom('1', 'two words', '@(context.Foo("a", "<"))', '{{value}}');
    const source = fc.record({
      name,
      'exists-action': maybe(fc.constantFrom(...headerActions)),
      'unknown-to-us': maybe(fc.constant('kept')),
    });
    const wanted = fc.oneof(
      fc.record({ name, action: fc.constant('delete' as const), values: fc.constant([]) }),
      fc.record({
        name,
        action: fc.constantFrom('override' as const, 'skip' as const, 'append' as const),
        values: fc.array(value, { minLength: 1, maxLength: 3 }),
      }),
    );
    changesOnlyItself(
      headerField('inbound'),
      fc.tuple(source, fc.array(value, { maxLength: 3 })).map(([attributes, values]) =>
        tag(
          'set-header',
          attributes,
          values.map((each) => leaf('value', each)),
        ),
      ),
      wanted,
    );
  });

  it('for tokens', () => {
    const urls = ['https://one.example', 'https://two.example', '{{configuration}}'];
    const audiences = ['api://a', 'b', '{{audience}}'];
    const places = fc.constantFrom<Attributes>(
      { 'header-name': 'Authorization' },
      { 'query-parameter-name': 'token' },
      { 'token-value': '@(context.Token)' },
    );
    const scheme = maybe(fc.constantFrom('Bearer', 'Token'));
    const source = fc
      .record({
        place: places,
        scheme,
        status: maybe(fc.constant('403')),
        urls: some(urls, 0),
        signed: fc.boolean(),
        audiences: some(audiences, 0),
        issued: fc.boolean(),
      })
      .map(({ place, scheme: word, status, ...has }) =>
        tag('validate-jwt', { ...place, 'require-scheme': word, 'failed-validation-httpcode': status }, [
          ...has.urls.map((url) => tag('openid-config', { url }, [])),
          ...(has.signed ? [tag('issuer-signing-keys', {}, [leaf('key', 'a')])] : []),
          ...(has.audiences.length === 0
            ? []
            : [
                tag(
                  'audiences',
                  {},
                  has.audiences.map((each) => leaf('audience', each)),
                ),
              ]),
          ...(has.issued ? [tag('issuers', {}, [leaf('issuer', 'me')])] : []),
        ]),
      );
    changesOnlyItself(
      tokenField,
      source,
      fc
        .record({
          configUrls: some(urls, 1),
          audiences: some(audiences, 0),
          header: fc.constantFrom('Authorization', 'X-Token'),
          scheme,
        })
        .map(({ scheme: word, ...fields }) => ({ ...fields, ...(word !== undefined && { scheme: word }) })),
    );
  });

  it('for limits', () => {
    const count = fc.constantFrom('1', '50', '{{calls}}');
    const period = fc.constantFrom('60', '300');
    const source = fc.record({
      calls: count,
      'remaining-calls-header-name': maybe(fc.constant('left')),
      'renewal-period': period,
    });
    const rest = fc.constantFrom<readonly Source[]>(
      [],
      [tag('api', { name: 'x', calls: '1', 'renewal-period': '1' }, [])],
    );
    changesOnlyItself(
      rateField,
      fc.tuple(source, rest).map(([attributes, children]) => tag('rate-limit', attributes, children)),
      fc.record({ calls: count, period }),
    );
    changesOnlyItself(
      quotaField,
      fc
        .record({ calls: maybe(count), bandwidth: maybe(count), 'renewal-period': period })
        .map((attributes) => tag('quota-by-key', { ...attributes, 'counter-key': 'a' }, [])),
      fc.record({
        bandwidth: count,
        period: fc.constantFrom('0', '300'),
        counterKey: fc.constantFrom('a', 'b'),
      }),
    );
  });
});
