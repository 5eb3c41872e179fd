import { describe, expect, it } from 'vitest';
import { chosenOperation } from '../src/graphiql/chosen-operation';

const LIVE = 'subscription Live { cascades { cursor } }';
const TWO = 'query One { viewer { id } } mutation Two { noop }';

describe('the operation that is run', () => {
  it('is the named one', () => {
    const { operation, definition } = chosenOperation({ query: TWO, operationName: 'Two' });
    expect(operation).toEqual({ query: TWO, operationName: 'Two' });
    expect(definition?.operation).toBe('mutation');
  });

  it('is the only one, whatever another tab named', () => {
    const { operation, definition } = chosenOperation({ query: LIVE, variables: { after: '5' }, operationName: 'CloseTicket' });
    expect(operation).toEqual({ query: LIVE, variables: { after: '5' }, operationName: 'Live' });
    expect(definition?.operation).toBe('subscription');
  });

  it('has no name where the document gives it none', () => {
    const query = 'subscription { cascades { cursor } }';
    expect(chosenOperation({ query, operationName: 'CloseTicket' }).operation).toEqual({ query, operationName: null });
  });

  it('keeps what it can not tell for the server to refuse', () => {
    for (const query of [TWO, 'query {', '', 'fragment Some on User { id }']) {
      const sent = { query, operationName: 'Missing' };
      expect(chosenOperation(sent)).toEqual({ operation: sent, definition: null });
    }
  });
});
