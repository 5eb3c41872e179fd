import type { ConversationOrder } from '#generated';

/** What a place in a list is made of. */
export interface Placed {
  readonly id: string;
  readonly createdAt: string;
  readonly lastActivityAt: string;
}

/** Which of two comes first in a list, as numbers that `sort` takes: by a moment, ties by id. */
export function comparePlaces(order: ConversationOrder | undefined) {
  const at = ({ createdAt, lastActivityAt }: Placed) => (order?.field === 'CREATED_AT' ? createdAt : lastActivityAt);
  const sign = order?.direction === 'ASC' ? 1 : -1;
  return (a: Placed, b: Placed): number => sign * (compareMoments(at(a), at(b)) || compare(a.id, b.id));
}

/** The server's moments; those with as many digits, which are most, sort as they are. */
function compareMoments(a: string, b: string): number {
  return a.length === b.length ? compare(a, b) : compare(moment(a), moment(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A moment as text that sorts by time. The server writes UTC with as many digits as it takes, to the microsecond;
 * `Date` would cut these off at the millisecond.
 */
export function moment(at: string): string {
  const read = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/.exec(at);
  if (read) return `${read[1]}.${(read[2] ?? '').padEnd(6, '0')}`;
  // A filter may have been given with an offset.
  const date = new Date(at);
  return Number.isNaN(date.valueOf()) ? at : `${date.toISOString().slice(0, -1)}000`;
}
