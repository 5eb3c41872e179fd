import { describe, expect, it } from 'vitest';
import { threadItems } from '../../src/desk/thread/thread-items';

type Messages = Parameters<typeof threadItems>[0];
type Events = Parameters<typeof threadItems>[1];

const user = (id: string) => ({ __typename: 'User', id, name: id });
const message = (id: string, createdAt: string, author = user('a'), kind = 'OUTGOING') => ({ id, kind, createdAt, author, text: id });
const event = (id: string, occurredAt: string, ...types: string[]) => ({ id, occurredAt, effects: types.map((__typename) => ({ __typename, subjectId: 'conversation_1' })) });
const ofThread = (messages: object[], events: object[], whole: boolean) =>
  threadItems(messages as unknown as Messages, events as unknown as Events, whole);
const order = (items: ReturnType<typeof threadItems>) => items.map((item) => (item.kind === 'message' ? item.message.id : item.cascade.id));

describe('a thread', () => {
  const messages = [message('m1', '2026-01-01T10:00:00Z'), message('m2', '2026-01-01T12:00:00Z')];

  it('has what was said and what happened in the order of time', () => {
    const events = [event('late', '2026-01-01T13:00:00Z', 'OwnerChanged'), event('between', '2026-01-01T11:00:00Z', 'Trashed')];
    expect(order(ofThread(messages, events, true))).toEqual(['m1', 'between', 'm2', 'late']);
  });

  it('tells of a reply’s consequences, but of no message twice', () => {
    const events = [event('plain', '2026-01-01T12:00:00Z', 'MessageAdded'), event('assigned', '2026-01-01T12:00:00Z', 'MessageAdded', 'OwnerChanged')];
    expect(order(ofThread(messages, events, true))).toEqual(['m1', 'm2', 'assigned']);
  });

  it('begins with its first message, not with having been created', () => {
    const events = [event('begun', '2026-01-01T10:00:00Z', 'Created', 'MessageAdded')];
    expect(order(ofThread(messages, events, true))).toEqual(['m1', 'm2']);
  });

  it('keeps events from before its first message until that part is fetched', () => {
    const events = [event('old', '2025-01-01T00:00:00Z', 'Linked')];
    expect(order(ofThread(messages, events, false))).toEqual(['m1', 'm2']);
    expect(order(ofThread(messages, events, true))).toEqual(['old', 'm1', 'm2']);
  });

  it('puts one name over what one author says in a row', () => {
    const items = ofThread(
      [
        message('a1', '2026-01-01T10:00:00Z'),
        message('a2', '2026-01-01T10:05:00Z'),
        message('note', '2026-01-01T10:06:00Z', user('a'), 'NOTE'),
        message('b1', '2026-01-01T10:07:00Z', user('b'), 'NOTE'),
        message('b2', '2026-01-01T11:07:00Z', user('b'), 'NOTE'),
      ],
      [],
      true,
    );
    expect(items.map((item) => item.kind === 'message' && item.continues)).toEqual([false, true, false, false, false]);
  });
});
