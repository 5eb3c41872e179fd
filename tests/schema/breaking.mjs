// What of a schema's changes breaks its clients.

import { buildSchema, findBreakingChanges } from 'graphql';

/** In words, each change from one schema to the other that a client of the first may not survive. */
export function breakingChanges(before, after) {
  const changes = findBreakingChanges(buildSchema(before), buildSchema(after));
  return changes.map(({ type, description }) => `${type}: ${description}`);
}
