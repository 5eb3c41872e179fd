import { describe, expect, it } from 'vitest';
import { pick, type SampleData } from '../src/graphiql/sample';

const statuses = [
  { id: 'status_new', category: 'OPEN' as const },
  { id: 'status_closed', category: 'CLOSED' as const },
];

function ticket(id: string, ...conversations: ('OPEN' | 'CLOSED')[]) {
  return {
    id,
    pipeline: { statuses },
    conversations: { nodes: conversations.map((status, index) => ({ id: `conversation_${id}_${index}`, status })) },
  };
}

describe('the sample', () => {
  it('takes the ticket with the most open conversations, and the status that closes it', () => {
    const data: SampleData = {
      tickets: { nodes: [ticket('one', 'OPEN'), ticket('three', 'OPEN', 'OPEN', 'OPEN'), ticket('shut', 'CLOSED', 'CLOSED')] },
    };
    expect(pick(data)).toMatchObject({
      ticketId: 'three',
      closedStatusId: 'status_closed',
      conversationId: 'conversation_three_0',
    });
  });

  it('resumes from the oldest of the cascades it got, newest first', () => {
    expect(pick({ cascades: { nodes: [{ cursor: '9' }, { cursor: '5' }] } }).cursor).toBe('5');
  });

  it('has nothing in an empty account, and fails over nothing', () => {
    expect(pick({})).toEqual({
      viewer: { user: '', account: '' },
      conversationId: null,
      ticketId: null,
      closedStatusId: null,
      cursor: null,
    });
  });
});
