import type { ConversationFilter, ConversationRowFragment } from '#generated';
import { moment } from './place';

type Row = Pick<
  ConversationRowFragment,
  'inbox' | 'contact' | 'ticket' | 'status' | 'workspace' | 'channel' | 'owner' | 'lastActivityAt' | 'trashedAt'
>;

/**
 * Whether a conversation is in the list of a filter, as the server decides it: all that is given must hold, and
 * only at the top level a filter is either of the trash or not.
 */
export function passes(filter: ConversationFilter, row: Row, viewerId: string): boolean {
  return (row.trashedAt !== null) === (filter.inTrash ?? false) && holds(filter, row, viewerId);
}

function holds(filter: ConversationFilter, row: Row, viewerId: string): boolean {
  const { inboxId, contactId, ticketId, status, workspace, channel, ownerId, ownedByMe, hasTicket, lastActivityAt } = filter;
  return (
    is(inboxId, row.inbox.id) &&
    is(contactId, row.contact.id) &&
    is(ticketId, row.ticket?.id) &&
    is(status, row.status) &&
    is(workspace, row.workspace) &&
    (!channel || channel.includes(row.channel.kind)) &&
    // Null is nobody's; left out is anybody's.
    (ownerId === undefined || ownerId === (row.owner?.id ?? null)) &&
    is(ownedByMe, row.owner?.id === viewerId) &&
    is(hasTicket, row.ticket !== null) &&
    (!lastActivityAt?.from || moment(row.lastActivityAt) >= moment(lastActivityAt.from)) &&
    (!lastActivityAt?.before || moment(row.lastActivityAt) < moment(lastActivityAt.before)) &&
    (filter.and ?? []).every((each) => holds(each, row, viewerId)) &&
    (!filter.or || filter.or.some((each) => holds(each, row, viewerId))) &&
    (!filter.not || !holds(filter.not, row, viewerId))
  );
}

/** Whether a condition holds; one that is left out or null asks for nothing. */
function is<Value>(wanted: Value | null | undefined, value: Value | undefined): boolean {
  return wanted === undefined || wanted === null || wanted === value;
}
