import { describe, expect, it } from 'vitest';
import { wordsIn } from '../../src/desk/i18n/context';
import { de } from '../../src/desk/i18n/de';
import { en } from '../../src/desk/i18n/en';
import { pl } from '../../src/desk/i18n/pl';
import { cascadeLines, cascadeSummary, type Effect, hasConsequences, isUndoable } from '../../src/desk/words/cascade';

const ticket = { __typename: 'Ticket', id: 'ticket_1', number: 25, name: 'Loose brake' };
const conversation = (name: string | null, id = 'conversation_1') => ({
  __typename: 'Conversation', id, subject: 'Brake', contact: { id: 'contact_1', name, email: 'a@example.com', phone: null },
});
const status = (name: string, category: string) => ({ id: name, name, category });

function effect(index: number, cause: number | null, more: object): Effect {
  const causedBy = cause === null ? null : { index: cause };
  return { __typename: 'Trashed', index, rule: 'DIRECT', subjectId: 'conversation_1', causedBy, subject: conversation('Ann'), ...more } as unknown as Effect;
}

const ticketClosed = effect(0, null, {
  __typename: 'TicketStatusChanged', subjectId: 'ticket_1', subject: ticket,
  previousTicketStatus: status('Waiting', 'OPEN'), ticketStatus: status('Closed', 'CLOSED'),
});
const closed = (index: number) => effect(index, 0, {
  __typename: 'ConversationStatusChanged', rule: 'TICKET_CLOSED_CLOSES_CONVERSATIONS', previousStatus: 'OPEN', status: 'CLOSED',
});
const closing = { effects: [ticketClosed, closed(1), closed(2), closed(3)] };

const definitions = [{ name: 'category', label: 'Category', options: [{ value: 'damage', label: 'Damage' }] }];
const speaker = { t: wordsIn('en', en).t, definitions };

describe('a cascade in words', () => {
  it('says what was done, and counts what followed', () => {
    expect(cascadeSummary(closing, speaker)).toBe('Ticket #25: Waiting → Closed · 3 conversations closed');
    expect(cascadeSummary(closing, { t: wordsIn('de', de).t, definitions })).toBe('Ticket #25: Waiting → Closed · 3 Unterhaltungen geschlossen');
    expect(cascadeSummary(closing, { t: wordsIn('pl', pl).t, definitions })).toBe('Zgłoszenie #25: Waiting → Closed · 3 rozmowy zamknięte');
  });

  it('does not name what it stands beside', () => {
    expect(cascadeSummary(closing, speaker, 'ticket_1')).toBe('Waiting → Closed · 3 conversations closed');
  });

  it('lists each effect with its reason, in the order of cause', () => {
    const lines = cascadeLines(closing, speaker);
    expect(lines.map(({ depth }) => depth)).toEqual([0, 1, 1, 1]);
    expect(lines[1]).toMatchObject({
      kind: 'conversation', subject: 'Conversation with Ann', title: 'Brake', change: 'Open → Closed', rule: 'TICKET_CLOSED_CLOSES_CONVERSATIONS',
    });
  });

  it('names new owners', () => {
    const owner = (index: number, cause: number | null, subjectId: string, subject: object) =>
      effect(index, cause, { __typename: 'OwnerChanged', subjectId, subject, previousOwner: null, owner: { id: 'user_1', name: 'Tom' } });
    const taken = { effects: [owner(0, null, 'conversation_1', conversation(null)), owner(1, 0, 'ticket_1', ticket)] };
    expect(cascadeSummary(taken, speaker)).toBe('Conversation with a@example.com: Owner: Nobody → Tom · the ticket’s owner: Tom');
  });

  it('speaks of properties by their labels', () => {
    const edit = (property: string, previousValue: string | null, value: string | null) =>
      cascadeSummary({ effects: [effect(0, null, { __typename: 'PropertyChanged', subjectId: 'ticket_1', subject: ticket, property, previousValue, value })] }, speaker);
    expect(edit('category', null, 'damage')).toBe('Ticket #25: Category: – → Damage');
    expect(edit('priority', 'LOW', 'URGENT')).toBe('Ticket #25: Priority: Low → Urgent');
    expect(edit('unheard_of', 'a', '')).toBe('Ticket #25: unheard_of: a → –');
  });

  it('has words for what is no longer there', () => {
    const purged = effect(0, null, { __typename: 'Purged', subject: null });
    expect(cascadeSummary({ effects: [purged] }, speaker)).toBe('A conversation: deleted for good');
    expect(cascadeSummary({ effects: [] }, speaker)).toBe('');
  });
});

describe('what is known of a cascade', () => {
  it('whether more happens than was asked for', () => {
    expect(hasConsequences(closing)).toBe(true);
    expect(hasConsequences({ effects: [ticketClosed] })).toBe(false);
  });

  it('whether it can be taken back', () => {
    expect(isUndoable(closing)).toBe(true);
    expect(isUndoable({ effects: [effect(0, null, { __typename: 'Linked', ticket })] })).toBe(false);
  });
});
