import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import type { JsonEdit } from '../../../src/shared/jsonEdits.ts';
import { editText } from '../../../src/shared/editText.ts';
import { minimalChange, newDocumentText } from '../../../src/shared/jsonDocument.ts';
import { bodyEdits, bodyProblem, parseRequest, wireBody } from '../../../src/requests/requestDocument.ts';

const table = { ColumnNames: ['Col2'], Values: [['This is a good day']] };
const text = newDocumentText({
  workspace: 'Local',
  service: 'SimpleFeatureHashingExperiment',
  inputs: { input1: table },
  globalParameters: {},
});

function dataOf(document: string) {
  const parsed = parseRequest(document);
  assert.equal(parsed.kind, 'request');
  return parsed.data;
}

function withBody(document: string, body: string): string {
  return editText(document, bodyEdits(dataOf(document), body));
}

describe('a request document', () => {
  it('has defaults for what it leaves out', () => {
    assert.deepEqual(dataOf('{"workspace":"w","service":"s"}'), {
      workspace: 'w',
      service: 's',
      apiVersion: '2.0',
      details: true,
      headers: {},
      inputs: {},
      globalParameters: {},
    });
    assert.equal(dataOf('').service, '');
  });

  it('may have comments and trailing commas', () => {
    const data = dataOf('// mine\n{"workspace": "w", "details": false, /* x */ "format": "swagger",}');
    assert.equal(data.details, false);
    assert.equal(data.format, 'swagger');
  });

  it('names the members that are unknown or not what they should be', () => {
    const parsed = parseRequest('{"workspace": 7, "headers": [], "inputs": {}, "apiVersion": 2, "mine": 1}');
    assert.equal(parsed.kind, 'request');
    assert.deepEqual(parsed.ignored, ['mine', 'workspace', 'headers']);
    assert.equal(parsed.data.apiVersion, '2.0');
  });

  it('that is no JSON says where it breaks', () => {
    const parsed = parseRequest('{\n  "workspace": "w"\n  "service": "s"\n}');
    assert.deepEqual(parsed, {
      kind: 'broken',
      problem: { code: 'CommaExpected', line: 3, column: 3, offset: 23 },
    });
    assert.equal(parseRequest('[1]').kind, 'broken');
  });

  it('keeps formatting, comments and unknown members through edits', () => {
    const before = [
      '{',
      '    // which one',
      '    "workspace": "Local", "service": "s",',
      '    "mine": { "x": 1.50 },',
      '    "inputs": { "input1": { "ColumnNames": ["a"], "Values": [["1"], ["2"]] } }',
      '}',
      '',
    ].join('\r\n');
    const edits: JsonEdit[] = [
      { kind: 'set', path: ['inputs', 'input1', 'Values', 1, 0], value: 'zwei' },
      { kind: 'set', path: ['globalParameters', 'p'], value: 3 },
    ];
    const after = editText(before, edits);
    const change = minimalChange(before, after);
    assert.ok(change);
    assert.ok(after.includes('    // which one\r\n    "workspace": "Local", "service": "s",'));
    assert.ok(after.includes('"mine": { "x": 1.50 }'));
    assert.ok(after.includes('["zwei"]'));
    assert.ok(after.includes('\r\n    "globalParameters": {\r\n        "p": 3\r\n    }'), after);
    assert.ok(change.start > before.indexOf('["1"]'));
  });

  it('takes an edit whose place is gone without harm', () => {
    const edits: JsonEdit[] = [
      { kind: 'set', path: ['inputs', 'input9', 'Values', 4, 0], value: 'x' },
      { kind: 'remove', path: ['headers', 'X'] },
      { kind: 'insert', path: ['inputs', 'input1', 'Values', 9], value: [] },
    ];
    assert.equal(editText(text, edits), text);
  });

  it('can be edited when it is empty', () => {
    const after = editText('', [{ kind: 'set', path: ['headers', 'X'], value: '1' }]);
    assert.deepEqual(dataOf(after).headers, { X: '1' });
  });
});

describe('the change between two texts', () => {
  const pairs = [
    ['abc', 'abc'],
    ['abc', 'axc'],
    ['aaa', 'aaaa'],
    ['aaaa', 'aa'],
    ['', 'x'],
    ['x', ''],
    ['[1,1]', '[1,1,1]'],
  ] as const;
  for (const [before, after] of pairs) {
    it(`leads from "${before}" to "${after}"`, () => {
      const change = minimalChange(before, after);
      if (!change) {
        assert.equal(before, after);
        return;
      }
      assert.equal(before.slice(0, change.start) + change.text + before.slice(change.end), after);
      assert.ok(change.text.length <= Math.abs(after.length - before.length) + 1);
    });
  }
});

describe('the body of a request', () => {
  it('is made of inputs and parameters', () => {
    assert.deepEqual(JSON.parse(wireBody(text, 'compact')), {
      Inputs: { input1: table },
      GlobalParameters: {},
    });
    assert.equal(wireBody('{}', 'compact'), '{"Inputs":{},"GlobalParameters":{}}');
  });

  it('is JSON without the comments, commas and number forms that only the document may have', () => {
    const document =
      '{"inputs": {"i": {"ColumnNames": ["a",], // names\n "Values": [[12345678901234567890, 1.50]]}}}';
    assert.equal(
      wireBody(document, 'compact'),
      '{"Inputs":{"i":{"ColumnNames":["a"],"Values":[[12345678901234567890,1.50]]}},"GlobalParameters":{}}',
    );
  });

  it('shows one row of a table on a line', () => {
    assert.equal(
      wireBody(text, 'pretty'),
      [
        '{',
        '  "Inputs": {',
        '    "input1": {',
        '      "ColumnNames": ["Col2"],',
        '      "Values": [',
        '        ["This is a good day"]',
        '      ]',
        '    }',
        '  },',
        '  "GlobalParameters": {}',
        '}',
      ].join('\n'),
    );
  });

  it('that was typed as JSON changes no more than what is different', () => {
    const commented = text.replace('"Values"', '/* rows */ "Values"');
    const body = {
      Inputs: { input1: { ...table, Values: [['Another day'], ['x']] } },
      GlobalParameters: { 'N-grams': 1 },
    };
    const after = withBody(commented, JSON.stringify(body));
    assert.ok(after.includes('/* rows */'));
    assert.deepEqual(JSON.parse(wireBody(after, 'compact')), body);
    assert.equal(dataOf(after).body, undefined);
  });

  for (const lost of [
    '{"Inputs": {',
    '[]',
    '{"Inputs": {}}',
    '{"Inputs": {}, "GlobalParameters": {}, "More": 1}',
    '{"Inputs": {}, "GlobalParameters": []}',
    '{"Inputs": {}, "GlobalParameters": {"n": 12345678901234567890}}',
    '{"Inputs": {}, "GlobalParameters": {"n": 1, "n": 2}}',
    '{"Inputs": {"input1": [NaN]}, "GlobalParameters": {}}',
    '{"Inputs": {}, /* a comment */ "GlobalParameters": {}}',
    '',
  ]) {
    it(`that the document cannot hold as data is kept and sent as text: ${lost}`, () => {
      const after = withBody(text, lost);
      assert.equal(wireBody(after, 'compact'), lost);
      assert.ok(bodyProblem(lost));
      assert.deepEqual(dataOf(after).inputs, { input1: table });
    });
  }

  it('becomes data again once it is one', () => {
    const body = '{"Inputs": {}, "GlobalParameters": {"n": 1.5}}';
    const after = withBody(withBody(text, '{'), body);
    assert.equal(dataOf(after).body, undefined);
    assert.deepEqual(dataOf(after).globalParameters, { n: 1.5 });
    assert.equal(bodyProblem(body), undefined);
  });

  it('of every documented request goes through a document and comes out the same', async () => {
    const folder = new URL('../../fixtures/classic/', import.meta.url);
    const names = (await readdir(folder)).filter((name) => name.startsWith('rrs-request-'));
    assert.ok(names.length >= 4);
    for (const name of names) {
      const body = JSON.parse(await readFile(new URL(name, folder), 'utf8')) as Record<string, unknown>;
      const full = { GlobalParameters: {}, ...body };
      const after = withBody(text, JSON.stringify(full));
      assert.equal(dataOf(after).body, undefined, name);
      assert.deepEqual(JSON.parse(wireBody(after, 'compact')), full, name);
    }
  });
});
