import { CombinedError } from '@urql/core';
import { describe, expect, it } from 'vitest';
import { chainOf } from '../../src/desk/api/use-pages';

interface Answer {
  readonly page: { readonly items: string; readonly next: string | null } | null;
  readonly error: CombinedError | null;
}

const answer = (items: string, next: string | null): Answer => ({ page: { items, next }, error: null });
const items = ({ pages }: { pages: readonly { items: string }[] }) => pages.map((page) => page.items).join('');

describe('pages that follow each other', () => {
  const three = new Map([
    ['', answer('a', 'one')],
    ['one', answer('b', 'two')],
    ['two', answer('c', null)],
  ]);

  it('are asked for one after the other', () => {
    expect(chainOf(new Map(), null, 1)).toMatchObject({ cursors: [null], isWhole: false, next: null });
    expect(chainOf(new Map([['', answer('a', 'one')]]), null, 1)).toMatchObject({ cursors: [null], isWhole: true, next: 'one' });
    expect(chainOf(new Map([['', answer('a', 'one')]]), null, 2)).toMatchObject({ cursors: [null, 'one'], isWhole: false, next: null });
    expect(items(chainOf(three, null, 2))).toBe('ab');
  });

  it('end where nothing follows, however many are wanted', () => {
    const chain = chainOf(three, null, 9);
    expect(items(chain)).toBe('abc');
    expect(chain).toMatchObject({ cursors: [null, 'one', 'two'], isWhole: true, next: null, error: null });
  });

  it('go on from what is there already, or not at all', () => {
    expect(chainOf(three, 'one', 0)).toMatchObject({ cursors: [], isWhole: true, next: 'one' });
    expect(items(chainOf(three, 'one', 5))).toBe('bc');
    expect(chainOf(three, undefined, 5)).toMatchObject({ cursors: [], isWhole: true, next: null });
  });

  it('are asked for anew behind one that ends elsewhere now', () => {
    const chain = chainOf(new Map([...three, ['', answer('ax', 'other')]]), null, 3);
    expect(chain).toMatchObject({ cursors: [null, 'other'], isWhole: false });
    expect(items(chain)).toBe('ax');
  });

  it('stop at one that did not come', () => {
    const error = new CombinedError({ networkError: new Error('away') });
    const chain = chainOf(new Map<string, Answer>([...three, ['one', { page: null, error }]]), null, 3);
    expect(chain).toMatchObject({ cursors: [null, 'one'], isWhole: false, error, failedAt: 'one' });
    expect(items(chain)).toBe('a');
  });
});
