// The reader of the guides notices what is wrong with them.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { commands, expected } from './page.mjs';
import { Reader } from './reader.mjs';

function begin(t) {
  const root = mkdtempSync(join(tmpdir(), 'tandem-reader-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return { root, reader: new Reader(root, 'localhost:1', 'token') };
}

/** Follows a transcript of one command. */
const follow = (reader, text) => reader.run(commands(text)[0]);

test('… is anything, alone on a line any lines', () => {
  for (const [output, printed, matches] of [
    [['a', 'b'], 'a\nb\n', true],
    [['a', 'b'], 'a\nb\nc\n', false],
    [['a … (c)'], 'a bb (c)\n', true],
    [['a … (c)'], 'a b\nb (c)\n', false],
    [['…', 'c'], 'a\nb\nc\n', true],
    [['…', 'c'], 'c\n', true],
    [['…', 'c'], 'a\nb\n', false],
    [[], '', true],
    [[], 'a\n', false],
  ]) {
    assert.equal(expected(output).test(printed), matches, JSON.stringify([output, printed]));
  }
});

test('what is printed must be what is shown', async (t) => {
  const { reader } = begin(t);
  await follow(reader, '$ echo one\none');
  await assert.rejects(follow(reader, '$ echo two\none'), /two/);
  await assert.rejects(follow(reader, '$ echo one; exit 3\none'));
  await assert.rejects(follow(reader, '$ no-such-program\n…'), /not found/);
});

test('what is stopped must be running, and must have shown all', async (t) => {
  const { reader } = begin(t);
  await follow(reader, '$ bash -c "echo one; exec tail -f /dev/null"\none\n^C');
  await assert.rejects(follow(reader, '$ echo one\none\ntwo\n^C'), /ended by itself/);
});

test('the other terminal is used when its time has come', async (t) => {
  const { reader } = begin(t);
  const wait = (name) => `bash -c "echo a; until [ -e ${name} ]; do sleep 0.01; done; echo b"`;
  await follow(reader, `$ ${wait('one')}\na\n# in another terminal: touch one\nb`);
  await assert.rejects(follow(reader, '$ echo a\na\nb\n# in another terminal: echo c'), /a/);
  await assert.rejects(follow(reader, `$ ${wait('two')}\na\n# in another terminal: false\nb`));
});

test('the shell remembers its folder and its environment, and nothing of the tests', async (t) => {
  process.env.TANDEM_SECRET = 'of the tests';
  const { reader } = begin(t);
  await reader.prepare('mkdir ../try\ncd ../try\nexport KEY=value');
  await follow(reader, '$ echo $(basename $PWD) $KEY $TANDEM_SECRET\ntry value');
});

test('the address is that of the server', async (t) => {
  const { root, reader } = begin(t);
  reader.write('a/b.js', "const url = 'ws://127.0.0.1:4000/graphql';");
  assert.equal(
    readFileSync(join(root, 'tandem/a/b.js'), 'utf8'),
    "const url = 'ws://localhost:1/graphql';",
  );
});

test('a guide has no packages but those that it installs, in the version that it says', async (t) => {
  const { reader } = begin(t);
  reader.write('look.mjs', "import 'graphql';");
  await assert.rejects(follow(reader, '$ node look.mjs'), /ERR_MODULE_NOT_FOUND/);
  await reader.prepare('npm install graphql@16');
  await follow(reader, '$ node look.mjs');
  await assert.rejects(reader.prepare('npm install graphql@1'), /is 16\./);
  await assert.rejects(reader.prepare('npm install graphql'), /which major version/);
  await assert.rejects(reader.prepare('npm install no-such-package@1'), /is missing/);
});
