import { describe, expect, it } from 'vitest';
import type { Effect } from '../src/graphiql/live/types';
import { changeWords, commandWords, depth, subjectKind, subjectWords } from '../src/graphiql/live/words';

function effect(index: number, cause: number | null, more: Partial<Effect> = {}): Effect {
  return {
    __typename: 'Trashed',
    index,
    rule: 'DIRECT',
    subjectId: 'ticket_1',
    causedBy: cause === null ? null : { index: cause },
    subject: null,
    ...more,
  };
}

describe('the words of the live pane', () => {
  it('turn names of the API into text', () => {
    expect(commandWords('updateTicketStatus')).toBe('update ticket status');
    expect(subjectKind(effect(0, null))).toBe('ticket');
    expect(subjectWords(effect(0, null, { subject: { number: 7, name: 'Refund' } }))).toBe('#7 Refund');
    expect(subjectWords(effect(0, null))).toBe('ticket_1');
  });

  it('say what changed', () => {
    const status = { __typename: 'ConversationStatusChanged', previousStatus: 'OPEN', status: 'CLOSED' };
    expect(changeWords(effect(0, null, status))).toBe('open → closed');
    const owner = { __typename: 'OwnerChanged', previousOwner: null, owner: { name: 'Ada' } };
    expect(changeWords(effect(0, null, owner))).toBe('nobody → Ada');
  });

  it('indent an effect by its chain of causes, even if a chain were to lead back to itself', () => {
    const effects = [effect(0, null), effect(1, 0), effect(2, 1), effect(3, 3)];
    expect(effects.map((each) => depth(each, effects))).toEqual([0, 1, 2, 0]);
  });
});
