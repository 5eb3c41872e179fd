import type { CascadeWordsFragment, ThreadMessageFragment } from '#generated';

/** Something in a thread: what was said, or what happened. */
export type ThreadItem =
  | { readonly kind: 'message'; readonly at: string; readonly message: ThreadMessageFragment; readonly continues: boolean }
  | { readonly kind: 'event'; readonly at: string; readonly cascade: CascadeWordsFragment };

/** Messages of one author within this time stand under one name. */
const TOGETHER_MS = 10 * 60_000;

/**
 * A thread in the order of time. Events are those that are not messages themselves; where earlier messages are
 * yet to be fetched, events from before the first one stay away with them.
 */
export function threadItems(messages: readonly ThreadMessageFragment[], events: readonly CascadeWordsFragment[], isWhole: boolean): ThreadItem[] {
  const begin = isWhole ? '' : (messages[0]?.createdAt ?? '');
  const told = events
    .filter((cascade) => cascade.occurredAt >= begin && cascade.effects.some(isTold))
    .map((cascade) => ({ kind: 'event' as const, at: cascade.occurredAt, cascade }));
  const said = messages.map((message) => ({ kind: 'message' as const, at: message.createdAt, message, continues: false }));
  const items: ThreadItem[] = [...said, ...told].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return items.map((item, index) => (item.kind === 'message' ? { ...item, continues: continuesOn(item, items[index - 1]) } : item));
}

/** Messages stand in the thread themselves, and a conversation begins with its first; all else is told of. */
export function isTold({ __typename, subjectId }: { readonly __typename: string; readonly subjectId: string }): boolean {
  return __typename !== 'MessageAdded' && !(__typename === 'Created' && subjectId.startsWith('conversation_'));
}

function continuesOn(item: Extract<ThreadItem, { kind: 'message' }>, before: ThreadItem | undefined): boolean {
  if (before?.kind !== 'message' || before.message.kind !== item.message.kind) return false;
  const [a, b] = [before.message.author, item.message.author];
  const same = a.__typename === b.__typename && ('id' in a ? a.id : '') === ('id' in b ? b.id : '');
  return same && Date.parse(item.at) - Date.parse(before.at) < TOGETHER_MS;
}

/** What an item is known by. */
export function keyOf(item: ThreadItem): string {
  return item.kind === 'message' ? item.message.id : item.cascade.id;
}

/** The calendar day of a moment, here. */
export function dayOf(at: string): string {
  return new Date(at).toDateString();
}
