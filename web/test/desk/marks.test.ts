import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FRESH_MS, Marks } from '../../src/desk/live/marks';

type Cascade = Parameters<Marks['note']>[0];
const cascade = (id: string, actorId: string, ...subjectIds: string[]) =>
  ({
    id,
    actor: { __typename: 'User', id: actorId, name: actorId },
    effects: subjectIds.map((subjectId) => ({ __typename: 'OwnerChanged', subjectId })),
  }) as unknown as Cascade;

describe('marks on what others changed', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are on all that a cascade touched, and say what kind of change it was', () => {
    const marks = new Marks();
    marks.note(cascade('c1', 'ada', 'ticket_1', 'conversation_1'), 'me');
    expect(marks.of('ticket_1')).toMatchObject({ fresh: true, by: { name: 'ada' } });
    expect(marks.of('conversation_1')?.kinds).toEqual(new Set(['OwnerChanged']));
  });

  it('are not on what one did oneself', () => {
    const marks = new Marks();
    marks.note(cascade('c1', 'me', 'ticket_1'), 'me');
    expect(marks.of('ticket_1')).toBeNull();
  });

  it('age, and go when they are seen', () => {
    const marks = new Marks();
    marks.note(cascade('c1', 'ada', 'ticket_1'), 'me');
    marks.see('ticket_1');
    expect(marks.of('ticket_1')?.fresh).toBe(true);
    vi.advanceTimersByTime(FRESH_MS);
    expect(marks.of('ticket_1')?.fresh).toBe(false);
    marks.see('ticket_1');
    expect(marks.of('ticket_1')).toBeNull();
  });

  it('stay fresh when there is a newer change', () => {
    const marks = new Marks();
    marks.note(cascade('c1', 'ada', 'ticket_1'), 'me');
    vi.advanceTimersByTime(FRESH_MS - 1);
    marks.note(cascade('c2', 'bob', 'ticket_1'), 'me');
    vi.advanceTimersByTime(1);
    expect(marks.of('ticket_1')).toMatchObject({ fresh: true, by: { name: 'bob' } });
  });
});
