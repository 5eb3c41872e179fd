import { describe, expect, it } from 'vitest';
import type { ConversationListQuery, ConversationViewSubscription } from '../../src/desk/api/generated';
import { applyFrame } from '../../src/desk/list/apply-frame';

type Frame = ConversationViewSubscription['conversationView'];

const node = (id: string, subject = id) => ({ id, subject }) as unknown as ConversationListQuery['conversations']['nodes'][number];
const list = (...ids: string[]) => ({ conversations: { nodes: ids.map((id) => node(id)), totalCount: ids.length } });
const change = (parts: object): Frame =>
  ({ __typename: 'ConversationViewChange', left: [], entered: [], updated: [], totalCount: 0, ...parts }) as unknown as Frame;
const ids = (after: ConversationListQuery | null) => after?.conversations.nodes.map(({ id }) => id);

describe('a frame of a live list', () => {
  it('replaces everything if it is a snapshot', () => {
    const frame = { __typename: 'ConversationViewSnapshot', nodes: [node('x'), node('y')], totalCount: 12 } as unknown as Frame;
    expect(ids(applyFrame(list('a', 'b'), frame))).toEqual(['x', 'y']);
    expect(applyFrame(null, frame)?.conversations.totalCount).toBe(12);
  });

  it('takes out what left', () => {
    expect(ids(applyFrame(list('a', 'b', 'c'), change({ left: ['b', 'unknown'] })))).toEqual(['a', 'c']);
  });

  it('moves what was updated to its place in the finished list', () => {
    const frame = change({ updated: [{ index: 0, node: node('c', 'changed') }], totalCount: 3 });
    const after = applyFrame(list('a', 'b', 'c'), frame);
    expect(ids(after)).toEqual(['c', 'a', 'b']);
    expect(after?.conversations.nodes[0]?.subject).toBe('changed');
  });

  it('inserts what entered and what was updated by rising index, in whatever order they come', () => {
    const frame = change({
      left: ['d'],
      entered: [{ index: 3, node: node('z') }, { index: 0, node: node('x') }],
      updated: [{ index: 1, node: node('c') }],
      totalCount: 9,
    });
    const after = applyFrame(list('a', 'b', 'c', 'd'), frame);
    expect(ids(after)).toEqual(['x', 'c', 'a', 'z', 'b']);
    expect(after?.conversations.totalCount).toBe(9);
  });

  it('names nothing twice, also when it enters again after it left', () => {
    const frame = change({ left: ['a'], entered: [{ index: 1, node: node('a') }] });
    expect(ids(applyFrame(list('a', 'b'), frame))).toEqual(['b', 'a']);
  });

  it('is nothing without a list', () => {
    expect(applyFrame(null, change({ left: ['a'] }))).toBeNull();
  });
});
