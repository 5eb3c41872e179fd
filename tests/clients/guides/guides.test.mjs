// The guides in docs/guides: what they tell to paste is pasted and run, in their order, and must print what they show.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';

import { buildSchema, parse, validate } from 'graphql';

import { blocks, commands } from './page.mjs';
import { Reader } from './reader.mjs';
import { demoToken, url } from '../tandem.mjs';

const repository = resolve(import.meta.dirname, '../../..');
const folder = join(repository, 'docs/guides');
const schema = buildSchema(readFileSync(join(repository, 'schema.graphql'), 'utf8'));
const index = blocks(join(folder, 'README.md'));
const guides = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');

/** GraphQL is held against the schema by the reference implementation, which is stricter than a server must be. */
function assertValid(document) {
  assert.deepEqual(validate(schema, parse(document)), [], document);
}

/** The GraphQL in a file of JavaScript; what is tagged `graphql` is for Relay's compiler, which runs and is as strict. */
function documents(text) {
  const found = text.matchAll(/(?<!graphql)`\s*((?:query|mutation|subscription|fragment)\b[^`]*)`/g);
  return [...found].map(([, document]) => document);
}

/** What is done with each kind of block; one of another kind could say what is not true. */
async function follow(t, reader, { language, text, file, line }) {
  if (language === 'sh') return reader.prepare(text);
  if (language === 'graphql') assertValid(text);
  else documents(text).forEach(assertValid);
  if (file) return reader.write(file, text);
  if (language === 'graphql') return undefined;
  assert.equal(language, 'console', `line ${line}: a block of ${language || 'no language'} is not tried`);
  for (const step of commands(text)) {
    await t.test(step.command, { timeout: 60_000 }, () => reader.run(step));
  }
}

/** What a reader has done already who goes on in the folder of another guide. */
function begun(name) {
  const text = readFileSync(join(folder, name), 'utf8');
  const other = /goes on in the folder of \[.*?\]\((\S+)\)/.exec(text)?.[1];
  if (!other) return [];
  return blocks(join(folder, other)).filter(({ language }) => language !== 'console');
}

test('the index leads to every guide', () => {
  const text = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const name of guides) assert.ok(text.includes(`(${name})`), name);
});

for (const name of guides) {
  test(name, { timeout: 180_000 }, async (t) => {
    const root = mkdtempSync(join(tmpdir(), 'tandem-guide-'));
    t.after(() => rmSync(root, { recursive: true, force: true }));
    const reader = new Reader(root, new URL(url).host, demoToken);
    for (const block of [...index, ...begun(name), ...blocks(join(folder, name))]) {
      await follow(t, reader, block);
    }
  });
}
