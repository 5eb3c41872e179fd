// docs/guides/errors.md has every code that a client can meet, and no other.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';

import { buildSchema } from 'graphql';

const repository = resolve(import.meta.dirname, '../../..');
const page = readFileSync(join(repository, 'docs/guides/errors.md'), 'utf8');

/** The codes in the first column of the table below a heading. */
function listed(heading) {
  const section = page.split(`\n## ${heading}\n`)[1].split('\n## ')[0];
  const codes = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code);
  assert.equal(new Set(codes).size, codes.length, 'each once');
  return codes.sort();
}

/** What of the source speaks to clients, without its tests and comments. */
function sources(...rooms) {
  const files = rooms.flatMap((room) => {
    if (room.endsWith('.rs')) return [room];
    const names = readdirSync(join(repository, 'src', room), { recursive: true });
    return names
      .filter((name) => name.endsWith('.rs') && !/(^|\/)tests?(\/|\.rs)/.test(name))
      .map((name) => join(room, name));
  });
  return files.map((file) =>
    readFileSync(join(repository, 'src', file), 'utf8')
      .split('#[cfg(test)]')[0]
      .replace(/\/\/.*$/gm, ''),
  );
}

function matches(texts, pattern) {
  const found = texts.flatMap((text) => [...text.matchAll(pattern)].map(([, code]) => code));
  return [...new Set(found)].sort();
}

test('the codes of userErrors are those of the schema', () => {
  const schema = buildSchema(readFileSync(join(repository, 'schema.graphql'), 'utf8'));
  const codes = schema.getType('ErrorCode').getValues().map(({ name }) => name);
  assert.deepEqual(listed('In `userErrors`'), codes.sort());
});

test('the codes of errors are those of the source', () => {
  // Whatever is written like a code in a room that clients hear from, but these.
  const others = ['BAD_CONFIG', 'CREATED_AT', 'ID', 'JSON', 'LAST_ACTIVITY_AT', 'POST'];
  const written = matches(
    sources('error.rs', 'app', 'graphql', 'http', 'realtime', 'service'),
    /"([A-Z]{2,}(?:_[A-Z]+)*)"/g,
  );
  assert.deepEqual(
    others.filter((other) => !written.includes(other)),
    [],
    'no longer in the source',
  );
  assert.deepEqual(
    listed('In `errors`'),
    written.filter((code) => !others.includes(code)),
  );
});

test('the close codes are those of the source', () => {
  assert.deepEqual(
    listed('When a socket closes'),
    matches(sources('http/ws'), /::Refused\((\d{4}),/g),
  );
});
