import { describe, expect, it } from 'vitest';
import { nextIndex } from '../../src/desk/list/use-row-keys';
import { chunks } from '../../src/desk/live/use-counts';
import { countedFilters, filterOf } from '../../src/desk/list/views';
import { initials } from '../../src/desk/ui/Avatar';

describe('going through a list', () => {
  it.each([
    ['from the open one', 4, 4, 1, 5],
    ['from the open one back', 4, 4, -1, 3],
    ['begins at the top', -1, -1, 1, 0],
    ['goes on where one was that has left', -1, 4, 1, 4],
    ['goes back from where one was that has left', -1, 4, -1, 3],
  ] as const)('%s', (_name, here, last, step, next) => {
    expect(nextIndex(here, last, step)).toBe(next);
  });
});

describe('what a list holds', () => {
  it('tells nobody’s from anybody’s', () => {
    expect(filterOf('unassigned', false, 'user_1')).toEqual({ status: 'OPEN', ownerId: null });
    expect(filterOf('open', false, 'user_1')).toEqual({ status: 'OPEN' });
    expect(filterOf('inbox_1', true, 'user_1')).toEqual({ status: 'CLOSED', inboxId: 'inbox_1' });
  });

  it('is counted for the trash, each view and each inbox, as many at once as the server takes', () => {
    const inboxes = Array.from({ length: 40 }, (_, index) => `inbox_${index}`);
    const filters = countedFilters(inboxes, 'user_1');
    expect(filters.length).toBe(45);
    expect(filters[0]).toEqual({ inTrash: true });
    expect(filters[1]).toEqual(filterOf('mine', false, 'user_1'));
    const parts = chunks(filters, 20);
    expect(parts.map(({ length }) => length)).toEqual([20, 20, 5]);
    expect(parts.flat()).toEqual(filters);
  });
});

describe('initials', () => {
  it.each([
    ['Maja Lindqvist', 'ML'],
    ['Леся Гайова', 'ЛГ'],
    ['visitor-4471@example.net', 'V'],
    ['+44 7700 900559', '+'],
    ['Ann Maria de Vries', 'AV'],
  ])('of %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});
