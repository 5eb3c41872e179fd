// Types and documents of the desk, made from the API's schema and the desk's .graphql files: node build/documents.mjs
//
// What it writes is not committed: a field that the schema no longer has, or has with another type, then
// fails `npm run check`, `npm run build` and `npm test` alike.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plugin } from '@graphql-codegen/typescript-operations';
import { buildSchema, isAbstractType, isObjectType, Kind, parse, print, validate, visit } from 'graphql';

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const schemaPath = resolve(process.env.TANDEM_SCHEMA ?? join(web, '../schema.graphql'));
const source = join(web, 'src/desk');
// Beside the sources, not among them: cargo builds anew when one of those is written.
const target = join(web, 'generated/documents.ts');

const schema = buildSchema(await readFile(schemaPath, 'utf8'));
const documents = await readDocuments();
const all = { kind: Kind.DOCUMENT, definitions: documents.flatMap(({ document }) => document.definitions) };
const errors = validate(schema, all);
if (errors.length > 0) {
  for (const { message, locations } of errors) console.error(`${message} ${JSON.stringify(locations)}`);
  process.exit(1);
}

const types = await plugin(schema, documents, {
  enumType: 'string-literal',
  immutableTypes: true,
  useTypeImports: true,
  arrayInputCoercion: false,
  nonOptionalTypename: false,
  defaultScalarType: 'unknown',
  scalars: { DateTime: 'string', Date: 'string', Cursor: 'string' },
}, { outputFile: target });
await mkdir(dirname(target), { recursive: true });
await writeFile(target, [
  '// Written by build/documents.mjs; do not edit.',
  "import type { TypedDocumentNode } from '@graphql-typed-document-node/core';",
  ...(types.prepend ?? []),
  types.content,
  documentCode(),
  cacheCode(),
].join('\n'));

async function readDocuments() {
  const names = await readdir(source, { recursive: true });
  const found = names.filter((name) => name.endsWith('.graphql')).sort();
  return Promise.all(found.map(async (name) => {
    const text = await readFile(join(source, name), 'utf8');
    return { location: name, document: parse(text) };
  }));
}

/** Documents as text: the client parses them when they are first used, and as trees they are several times as long. */
function documentCode() {
  const fragments = new Map(all.definitions.flatMap((definition) =>
    definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : []));
  const parts = [...fragments.values()].map((fragment) =>
    `const f${fragment.name.value} = ${JSON.stringify(compact(fragment))};`);
  const operations = all.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).map((operation) => {
    const name = operation.name.value;
    const type = name + { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }[operation.operation];
    const text = [JSON.stringify(compact(operation)), ...[...spreads(operation, fragments)].map((used) => `f${used}`)];
    return `export const ${name}Document = text<${type}, ${type}Variables>(${text.join(' + ')});`;
  });
  return [
    ...parts,
    '/** The client takes text for a document, but says so in no type that also tells what comes back. */',
    'function text<Data, Variables>(document: string) {',
    '  return document as unknown as TypedDocumentNode<Data, Variables>;',
    '}',
    ...operations,
  ].join('\n');
}

function compact(definition) {
  return print(definition).replace(/\s+/g, ' ');
}

/** The fragments that a definition needs, also by way of others. */
function spreads(definition, fragments, found = new Set()) {
  visit(definition, {
    FragmentSpread({ name }) {
      if (found.has(name.value)) return;
      found.add(name.value);
      spreads(fragments.get(name.value), fragments, found);
    },
  });
  return found;
}

/** What the normalising cache must know of the schema. */
function cacheCode() {
  const kinds = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const possible = kinds.filter(isAbstractType).map((type) =>
    [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const embedded = kinds.filter((type) => isObjectType(type) && !roots.includes(type) && !type.getFields().id);
  return [
    '/** Which types an interface or union stands for. */',
    `export const possibleTypes: Record<string, string[]> = ${JSON.stringify(Object.fromEntries(possible))};`,
    '/** Types without an id: they are part of what they are found in. */',
    `export const embeddedTypes: readonly string[] = ${JSON.stringify(embedded.map(({ name }) => name))};`,
    '',
  ].join('\n');
}
