import { beforeEach, describe, expect, it } from 'vitest';
import type { Sample } from '../src/graphiql/sample';
import { refreshStoredTabs } from '../src/graphiql/stored-tabs';

const first: Sample = {
  viewer: { user: 'Ada', account: 'Acme' },
  conversationId: 'conversation_a',
  ticketId: 'ticket_a',
  closedStatusId: 'status_a',
  cursor: '12',
};
const second: Sample = { ...first, ticketId: 'ticket_b', cursor: '40' };

/** As much of a browser's storage as is used. */
function memory(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  } as Storage;
}

function tabState(variables: string) {
  return JSON.stringify({ activeTabIndex: 0, tabs: [{ id: '1', query: '# 12 "typed"', variables }] });
}

describe('tabs of the last visit', () => {
  let storage: Storage;
  beforeEach(() => {
    storage = memory();
    refreshStoredTabs(storage, first);
  });

  it('get the ids of today, in the list of tabs and in the open editor', () => {
    const before = JSON.stringify({ ticketId: 'ticket_a', after: '12' }, null, 2);
    const after = JSON.stringify({ ticketId: 'ticket_b', after: '40' }, null, 2);
    storage.setItem('graphiql:tabState', tabState(before));
    storage.setItem('graphiql:variables', before);
    refreshStoredTabs(storage, second);
    expect(storage.getItem('graphiql:tabState')).toBe(tabState(after));
    expect(storage.getItem('graphiql:variables')).toBe(after);
  });

  it('keep what was typed, and ids that only begin alike', () => {
    const typed = JSON.stringify({ ticketId: 'ticket_a2', first: 12 });
    storage.setItem('graphiql:tabState', tabState(typed));
    refreshStoredTabs(storage, second);
    expect(storage.getItem('graphiql:tabState')).toBe(tabState(typed));
  });
});
