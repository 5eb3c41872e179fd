import { describe, expect, it } from 'vitest';
import { applyChange } from '../../src/desk/list/apply-frame';

type Change = Parameters<typeof applyChange>[1];

const entry = (index: number, id: string) => ({ index, node: { id } });
const change = (parts: object) => ({ left: [], entered: [], updated: [], ...parts }) as unknown as Change;

describe('a change of a live list', () => {
  it('takes out what left', () => {
    expect(applyChange(['a', 'b', 'c'], change({ left: ['b', 'unknown'] }))).toEqual(['a', 'c']);
  });

  it('moves what was updated to its place in the finished list', () => {
    expect(applyChange(['a', 'b', 'c'], change({ updated: [entry(0, 'c')] }))).toEqual(['c', 'a', 'b']);
  });

  it('inserts what entered and what was updated by rising index, in whatever order they come', () => {
    const frame = change({ left: ['d'], entered: [entry(3, 'z'), entry(0, 'x')], updated: [entry(1, 'c')] });
    expect(applyChange(['a', 'b', 'c', 'd'], frame)).toEqual(['x', 'c', 'a', 'z', 'b']);
  });

  it('names nothing twice, also when it enters again after it left', () => {
    expect(applyChange(['a', 'b'], change({ left: ['a'], entered: [entry(1, 'a')] }))).toEqual(['b', 'a']);
  });
});
