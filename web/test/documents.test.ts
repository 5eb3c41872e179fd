import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  coerceInputValue,
  type GraphQLInputType,
  isInputType,
  Kind,
  parse,
  typeFromAST,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { examplesFor } from '../src/graphiql/examples';
import { loadSchema } from './schema';

const schema = loadSchema();
const source = join(import.meta.dirname, '../src');
// The desk's documents share fragments; `build/documents.mjs` checks them together before this runs.
const documents = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.graphql') && !name.startsWith('desk'),
);

const sample = {
  viewer: { user: 'Ada', account: 'Acme' },
  conversationId: 'conversation_1',
  ticketId: 'ticket_1',
  closedStatusId: 'status_1',
  cursor: '42',
};

describe('every document of the pages', () => {
  it('is found', () => {
    expect(documents).toContain(join('graphiql', 'sample.graphql'));
    expect(documents.length).toBeGreaterThanOrEqual(8);
  });

  it.each(documents)('%s fits the schema', (name) => {
    const errors = validate(schema, parse(readFileSync(join(source, name), 'utf8')));
    expect(errors.map(({ message }) => message)).toEqual([]);
  });
});

describe('the prepared tabs', () => {
  const tabs = examplesFor(sample).map((tab) => ({ ...tab, document: parse(tab.query) }));

  it('begin with one that needs no variables, which GraphiQL would not show', () => {
    expect(tabs[0]?.variables).toBeUndefined();
  });

  it.each(tabs)('have the variables that the schema asks for: $query', ({ document, variables }) => {
    const given = JSON.parse(variables ?? '{}') as Record<string, unknown>;
    const declared = document.definitions
      .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
      .flatMap((operation) => operation.variableDefinitions ?? []);
    expect(Object.keys(given).toSorted()).toEqual(declared.map(({ variable }) => variable.name.value).toSorted());
    for (const { variable, type } of declared) {
      // typeFromAST has no overload for a type that may be of any kind.
      const inputType = typeFromAST(schema, type as never) as GraphQLInputType | undefined;
      expect(isInputType(inputType)).toBe(true);
      if (inputType) coerceInputValue(given[variable.name.value], inputType);
    }
  });
});
