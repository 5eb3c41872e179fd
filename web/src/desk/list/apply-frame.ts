import type { Cache, Link, Variables } from '@urql/exchange-graphcache';
import {
  ConversationListDocument,
  type ConversationListQuery,
  type ConversationViewSubscription,
  type ConversationViewSubscriptionVariables as ListVariables,
  ListCountDocument,
} from '#generated';

type Frame = ConversationViewSubscription['conversationView'];
type Change = Extract<Frame, { __typename: 'ConversationViewChange' }>;

const KIND = 'Conversation:';

/**
 * Brings a live list in the cache up to date with a frame of its view. A snapshot replaces all. Of a list that
 * changes only the order is touched, as keys: what stands in the rows came with the frame. (The list must not be
 * read here with its query: while it writes, Graphcache takes all fragments of an interface to match, finds a
 * colleague without a contact's phone, and so no list at all.)
 */
export function applyFrame(cache: Cache, given: Variables, frame: Frame): void {
  const variables = given as unknown as ListVariables;
  const { totalCount } = frame;
  // Under the name of a query's own type, as the cache would have written it.
  const __typename = 'ConversationConnection';
  if (frame.__typename === 'ConversationViewSnapshot') {
    const list = { conversations: { __typename, nodes: frame.nodes, totalCount } } as ConversationListQuery;
    cache.updateQuery({ query: ConversationListDocument, variables }, () => list);
    return;
  }
  const connection = cache.resolve('Query', 'conversations', given);
  const keys = typeof connection === 'string' ? cache.resolve(connection, 'nodes') : null;
  if (typeof connection !== 'string' || !Array.isArray(keys)) return;
  const ids = (keys as string[]).map((key) => key.slice(KIND.length));
  cache.link(connection, 'nodes', applyChange(ids, frame).map((id) => KIND + id) as Link<string>);
  cache.updateQuery({ query: ListCountDocument, variables }, () => ({ conversations: { __typename, totalCount } }));
}

/**
 * The ids of a list after a change: what left, entered or was updated is taken out, and then the last two are put
 * in by rising index, which is their place in the finished list.
 */
export function applyChange(ids: readonly string[], { left, entered, updated }: Pick<Change, 'left' | 'entered' | 'updated'>): string[] {
  const placed = [...entered, ...updated].toSorted((a, b) => a.index - b.index);
  const gone = new Set([...left, ...placed.map(({ node }) => node.id)]);
  const finished = ids.filter((id) => !gone.has(id));
  for (const { index, node } of placed) finished.splice(index, 0, node.id);
  return finished;
}
