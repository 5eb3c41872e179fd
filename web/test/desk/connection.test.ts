import { describe, expect, it } from 'vitest';
import { resumable } from '../../src/desk/api/connection';

describe('the variables of a stream', () => {
  const sent = (variables: object) => JSON.parse(JSON.stringify({ variables })).variables as object;

  it('begin where they say, and go on behind what has passed', () => {
    const stream = resumable({ after: '10', filter: { inboxId: 'inbox_1' } });
    expect(sent(stream.variables)).toEqual({ after: '10', filter: { inboxId: 'inbox_1' } });
    stream.passed('11');
    stream.passed('12');
    expect(sent(stream.variables)).toEqual({ after: '12', filter: { inboxId: 'inbox_1' } });
  });

  it('stay where they are when something without a cursor passes', () => {
    const stream = resumable({ after: '10' });
    stream.passed('11');
    stream.passed(undefined);
    stream.passed(null);
    expect(sent(stream.variables)).toEqual({ after: '11' });
  });
});
