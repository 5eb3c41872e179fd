import type { ConversationListQuery, ConversationViewSubscription } from '../api/generated';

type Frame = ConversationViewSubscription['conversationView'];
type Change = Extract<Frame, { __typename: 'ConversationViewChange' }>;

/**
 * A live list after a frame of its view. A snapshot replaces all. A change takes out what left, entered or
 * was updated, and then inserts the last two by rising index, which is their place in the finished list.
 */
export function applyFrame(list: ConversationListQuery | null, frame: Frame): ConversationListQuery | null {
  if (frame.__typename === 'ConversationViewSnapshot') {
    // Under the name of a query's own type, as the cache would have written it.
    const conversations = { __typename: 'ConversationConnection', nodes: frame.nodes, totalCount: frame.totalCount };
    return { conversations };
  }
  if (!list) return null;
  const nodes = changed(list.conversations.nodes, frame);
  return { ...list, conversations: { ...list.conversations, nodes, totalCount: frame.totalCount } };
}

function changed<Node extends { id: string }>(nodes: readonly Node[], frame: Change): Node[] {
  const placed = [...frame.entered, ...frame.updated].toSorted((a, b) => a.index - b.index);
  const gone = new Set([...frame.left, ...placed.map(({ node }) => node.id)]);
  const finished = nodes.filter(({ id }) => !gone.has(id));
  for (const { index, node } of placed) finished.splice(index, 0, node as unknown as Node);
  return finished;
}
