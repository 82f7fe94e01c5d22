import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import {
  commentText,
  hereDocument,
  quoted,
  quotedForR,
  shellQuoted,
} from '../../../../src/requests/code/literals.ts';

const nasty = [
  '',
  'plain',
  `it's "both" \`ticks\` \${dollar} $HOME \\ \\n %s {0}`,
  'a\r\nb\tc\bd\fe\u0001f\u007f',
  'Größe 東京 🙂 \u2028\u2029\u0085\ufeff\u202e',
  "'",
  '\n',
  '*/ // # <!-- ]]>',
  '-x',
  '\u00018',
];

const run = (command: string, args: readonly string[]): string => {
  const ended = spawnSync(command, args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], PYTHONUTF8: '1', LC_ALL: 'C.UTF-8' },
  });
  assert.equal(ended.status, 0, ended.stderr || String(ended.error));
  return ended.stdout;
};

describe('literals of generated code', () => {
  it('are the same text in JavaScript', () => {
    for (const text of nasty) assert.equal(runInNewContext(quoted(text)), text);
  });

  it('are the same text in Python', () => {
    const python = process.platform === 'win32' ? 'python' : 'python3';
    const list = nasty.map((text) => quoted(text)).join(', ');
    const output = run(python, ['-c', `import json\nprint(json.dumps([${list}]))`]);
    assert.deepEqual(JSON.parse(output), nasty);
  });

  it('are the same text in bash, whatever follows them', () => {
    const commands = nasty.map((text) => `printf '%s\\0' ${shellQuoted(text)}8`);
    const output = run('bash', ['-c', commands.join('\n')]);
    assert.deepEqual(
      output.split('\0').slice(0, -1),
      nasty.map((text) => `${text}8`),
    );
  });

  it('are the same text in a here-document, which ends where no line of the text is', () => {
    const text = `JSON\nJSON_\n  JSON\n$HOME \`id\` \\\\`;
    assert.equal(run('bash', ['-c', `cat ${hereDocument(text)}\nprintf end`]), `${text}\nend`);
  });

  it('show nothing that hides or turns text, and have no NUL in R', () => {
    assert.equal(quoted('a\u202eb\u2028c\u200bd'), '"a\\u202eb\\u2028c\\u200bd"');
    assert.equal(quotedForR('a\0b\ud800'), '"ab\ufffd"');
  });

  it('leave comments on their line', () => {
    assert.equal(commentText('a\r\nb\u2028c\u0085d'), 'a b c d');
  });
});
