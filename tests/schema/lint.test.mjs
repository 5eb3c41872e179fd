// schema.graphql follows the rules of eslint.config.js, and these find what they are for.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';

function lint(path) {
  const program = join(import.meta.dirname, 'lint.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, path], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return { stdout, status };
}

test('schema.graphql follows the rules', () => {
  const { stdout, status } = lint(resolve(import.meta.dirname, '../../schema.graphql'));
  assert.equal(stdout, '');
  assert.equal(status, 0);
});

test('a schema with faults does not', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-schema-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'schema.graphql');
  writeFileSync(path, FAULTY);
  const { stdout, status } = lint(path);
  assert.equal(status, 1);
  for (const rule of [
    'input-name',
    'naming-convention',
    'no-scalar-result-type-on-mutation',
    'no-unreachable-types',
    'relay-arguments',
    'relay-connection-types',
    'relay-edge-types',
    'relay-page-info',
    'require-deprecation-reason',
    'require-description',
    'strict-id-in-types',
  ]) {
    assert.ok(stdout.includes(`(@graphql-eslint/${rule})`), `${rule}:\n${stdout}`);
  }
});

const FAULTY = `
type Query {
  Things: ThingConnection @deprecated
}
type Mutation {
  act(what: Int): Boolean
}
type Thing {
  name: String
}
type ThingConnection {
  edges: ThingEdge
  pageInfo: PageInfo
}
type ThingEdge {
  node: [Thing]
}
type PageInfo {
  more: Boolean
}
type Orphan {
  id: ID!
}
`;
