import type { Cache, Data, Link } from '@urql/exchange-graphcache';
import type { FeedSubscription } from '#generated';

type Cascade = FeedSubscription['cascades'];
type Effect = Cascade['effects'][number];

/** The pages of threads and timelines that screens ask for, newest part first to see. */
export const PAGE = 40;

/**
 * Brings the cache up to date with a cascade. Fields of tickets and conversations are in it already, since
 * they came with the cascade; here is what lists, threads and timelines must know.
 */
export function applyCascade(cache: Cache, cascade: Cascade): void {
  for (const effect of cascade.effects) applyEffect(cache, effect);
  const told = new Set(cascade.effects.filter(({ __typename }) => __typename !== 'MessageAdded').map(({ subjectId }) => subjectId));
  for (const id of told) prepend(cache, cache.resolve(entity(id), 'timeline', { first: PAGE }), reference('Cascade', cascade.id));
  if (cascade.undoes) cache.link(reference('Cascade', cascade.undoes.id), 'undoneBy', reference('Cascade', cascade.id));
}

function applyEffect(cache: Cache, effect: Effect): void {
  const subject = entity(effect.subjectId);
  switch (effect.__typename) {
    case 'MessageAdded':
      if (effect.message) append(cache, cache.resolve(subject, 'messages', { last: PAGE }), reference('Message', effect.message.id));
      break;
    case 'PropertyChanged':
      forget(cache, subject, 'details', 'properties');
      break;
    case 'Linked':
      if (effect.ticket) forget(cache, reference('Ticket', effect.ticket.id), 'conversations');
      if (effect.subject?.__typename === 'Conversation') forget(cache, reference('Contact', effect.subject.contact.id), 'tickets');
      break;
    case 'Trashed':
    case 'Restored':
    case 'Purged':
      forget(cache, 'Query', 'trash');
      break;
  }
}

/** The reference to a ticket or conversation, whose id begins with its kind. */
function entity(id: string): Data {
  return reference(id.startsWith('ticket_') ? 'Ticket' : 'Conversation', id);
}

function reference(__typename: string, id: string): Data {
  return { __typename, id };
}

/** Lets screens that show these fields fetch them again, and no other. */
function forget(cache: Cache, owner: Data | 'Query', ...names: string[]): void {
  for (const { fieldName, arguments: given } of cache.inspectFields(owner)) {
    if (names.includes(fieldName)) cache.invalidate(owner, fieldName, given);
  }
}

function append(cache: Cache, connection: unknown, item: Data): void {
  change(cache, connection, item, (nodes, key) => [...nodes, key]);
}

function prepend(cache: Cache, connection: unknown, item: Data): void {
  change(cache, connection, item, (nodes, key) => [key, ...nodes]);
}

/** Changes the nodes of a connection that is in the cache, unless it has the item: a fresh page may be ahead of the stream. */
function change(cache: Cache, connection: unknown, item: Data, place: (nodes: string[], key: string) => string[]): void {
  if (typeof connection !== 'string') return;
  const nodes = cache.resolve(connection, 'nodes');
  const key = cache.keyOfEntity(item);
  if (!Array.isArray(nodes) || key === null || (nodes as string[]).includes(key)) return;
  cache.link(connection, 'nodes', place(nodes as string[], key) as Link<string>);
}
