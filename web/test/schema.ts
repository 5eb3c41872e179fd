import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildSchema, type GraphQLSchema } from 'graphql';

/**
 * The API's schema: `schema.graphql` at the root of the repository, or the file that
 * `TANDEM_SCHEMA` names.
 */
export function loadSchema(): GraphQLSchema {
  const path = resolve(process.env['TANDEM_SCHEMA'] ?? resolve(import.meta.dirname, '../../schema.graphql'));
  if (!existsSync(path)) throw new Error(`${path} is missing; export it, or name another file with TANDEM_SCHEMA`);
  const source = readFileSync(path, 'utf8');
  return buildSchema(source + missingConnections(source));
}

/** A schema written by hand may leave out its connections, which are all alike. */
function missingConnections(source: string): string {
  const used = new Set(Array.from(source.matchAll(/\b([A-Z]\w+)Connection\b/g), ([, node]) => node));
  const missing = [...used].filter((node) => !new RegExp(`^type ${node}Connection\\b`, 'm').test(source));
  const pageInfo = /^type PageInfo\b/m.test(source)
    ? ''
    : 'type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }\n';
  const connections = missing.map(
    (node) => `
      type ${node}Edge { cursor: String! node: ${node === 'Search' ? 'SearchResult' : node}! }
      type ${node}Connection {
        edges: [${node}Edge!]! nodes: [${node === 'Search' ? 'SearchResult' : node}!]! pageInfo: PageInfo! totalCount: Int!
      }`,
  );
  return missing.length > 0 ? `\n${pageInfo}${connections.join('\n')}` : '';
}
