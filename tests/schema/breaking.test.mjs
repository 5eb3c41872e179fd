// schema.graphql breaks no client of the last release.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';

import { parse, print, visit } from 'graphql';

import { breakingChanges } from './breaking.mjs';

const read = (path) => readFileSync(resolve(import.meta.dirname, path), 'utf8');
const released = read('last-release.graphql');

test('schema.graphql breaks nothing that was released', () => {
  assert.deepEqual(breakingChanges(released, read('../../schema.graphql')), []);
});

const bare = print(
  visit(parse(released), {
    enter: (node) => (node.description ? { ...node, description: undefined } : undefined),
  }),
);

/** The released schema, without descriptions, with something in it changed. */
function changed(from, to) {
  assert.equal(bare.split(from).length, 2, `${from} is there once`);
  return bare.replace(from, to);
}

for (const [what, from, to, kind] of [
  ['a field that goes', '  asOf: Cursor!\n', '', 'FIELD_REMOVED'],
  ['a field of another type', 'asOf: Cursor!', 'asOf: String!', 'FIELD_CHANGED_KIND'],
  ['a field that may be null', 'asOf: Cursor!', 'asOf: Cursor', 'FIELD_CHANGED_KIND'],
  ['an argument that must be given', 'inboxes: [Inbox!]!', 'inboxes(name: String!): [Inbox!]!', 'REQUIRED_ARG_ADDED'],
  ['an input that must have more', 'input AddNoteInput {', 'input AddNoteInput {\n  loud: Boolean!', 'REQUIRED_INPUT_FIELD_ADDED'],
  ['a value that goes', '  ALREADY_OWNED\n', '', 'VALUE_REMOVED_FROM_ENUM'],
  ['a member of a union that goes', 'union SearchResult = Conversation | Ticket', 'union SearchResult = Ticket', 'TYPE_REMOVED_FROM_UNION'],
  ['an interface that goes', 'type Account implements Node', 'type Account', 'IMPLEMENTED_INTERFACE_REMOVED'],
]) {
  test(`${what} is refused`, () => {
    const [change, ...others] = breakingChanges(released, changed(from, to));
    assert.match(change, new RegExp(`^${kind}: `));
    assert.deepEqual(others, []);
  });
}

for (const [what, from, to] of [
  ['field', 'asOf: Cursor!', 'asOf: Cursor!\n  weather: String'],
  ['argument that may be left out', 'inboxes: [Inbox!]!', 'inboxes(name: String): [Inbox!]!'],
  ['type', 'type Account implements', 'type Weather {\n  wind: Int!\n}\ntype Account implements'],
  ['value', '  ALREADY_OWNED\n', '  ALREADY_OWNED\n  TOO_LOUD\n'],
]) {
  test(`a new ${what} is welcome`, () => {
    assert.deepEqual(breakingChanges(released, changed(from, to)), []);
  });
}
