// The guides in docs/guides: what they tell to paste is pasted and run, in their order, and must print what they show.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';

import { buildSchema, parse, validate } from 'graphql';

import { blocks, commands } from './guides/page.mjs';
import { Reader } from './guides/reader.mjs';
import { demoToken, url } from './tandem.mjs';

const repository = resolve(import.meta.dirname, '../..');
const folder = join(repository, 'docs/guides');
const schema = buildSchema(readFileSync(join(repository, 'schema.graphql'), 'utf8'));
const index = blocks(join(folder, 'README.md'));
const guides = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');

/** What is done with each kind of block; one of another kind could say what is not true. */
async function follow(t, reader, { language, text, file, line }) {
  if (language === 'sh') return reader.prepare(text);
  if (file) return reader.write(file, text);
  if (language === 'graphql') return assert.deepEqual(validate(schema, parse(text)), []);
  assert.equal(language, 'console', `line ${line}: a block of ${language || 'no language'} is not tried`);
  for (const step of commands(text)) {
    await t.test(step.command, { timeout: 60_000 }, () => reader.run(step));
  }
}

test('the index leads to every guide', () => {
  const text = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const name of guides) assert.ok(text.includes(`(${name})`), name);
});

for (const name of guides) {
  test(name, { timeout: 180_000 }, async (t) => {
    const root = mkdtempSync(join(tmpdir(), 'tandem-guide-'));
    t.after(() => rmSync(root, { recursive: true, force: true }));
    const reader = new Reader(root, new URL(url).origin, demoToken);
    for (const block of [...index, ...blocks(join(folder, name))]) await follow(t, reader, block);
  });
}
