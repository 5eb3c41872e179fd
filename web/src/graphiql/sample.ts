import { bearer, send } from '../shared/request';
import document from './sample.graphql?raw';

/** What this account has that the prepared tabs can use; what it lacks is null. */
export interface Sample {
  /** Whom the token belongs to. */
  readonly viewer: { readonly user: string; readonly account: string };
  /** A conversation, if possible one with a ticket. */
  readonly conversationId: string | null;
  /** An open ticket, if possible one with several open conversations. */
  readonly ticketId: string | null;
  /** The status that closes that ticket. */
  readonly closedStatusId: string | null;
  /** A few cascades back, so that resuming from it replays something. */
  readonly cursor: string | null;
}

interface SampleTicket {
  id: string;
  pipeline: { statuses: { id: string; category: 'OPEN' | 'CLOSED' }[] };
  conversations: { nodes: { id: string; status: 'OPEN' | 'CLOSED' }[] };
}

/** The response; each part is optional, since a server may refuse one and answer the others. */
export interface SampleData {
  viewer?: { user: { name: string }; account: { name: string } } | null;
  tickets?: { nodes: SampleTicket[] } | null;
  conversations?: { nodes: { id: string }[] } | null;
  cascades?: { nodes: { cursor: string | null }[] } | null;
}

/** The server does not know this token. */
export class TokenRefused extends Error {}

/**
 * Asks for what the prepared tabs need.
 * @throws {TokenRefused} if the token is not accepted; any other error if the server cannot answer.
 */
export async function fetchSample(address: string, token: string): Promise<Sample> {
  const { data, errors } = await send<SampleData>(address, { query: document }, bearer(token));
  const refused = errors?.find((error) => error.extensions?.code === 'UNAUTHENTICATED');
  if (refused) throw new TokenRefused(refused.message);
  return pick(data ?? {});
}

/** Chooses among what the account has. */
export function pick(data: SampleData): Sample {
  const open = (ticket: SampleTicket) =>
    ticket.conversations.nodes.filter(({ status }) => status === 'OPEN').length;
  const tickets = data.tickets?.nodes ?? [];
  const ticket = tickets.toSorted((a, b) => open(b) - open(a))[0];
  return {
    viewer: { user: data.viewer?.user.name ?? '', account: data.viewer?.account.name ?? '' },
    conversationId: ticket?.conversations.nodes[0]?.id ?? data.conversations?.nodes[0]?.id ?? null,
    ticketId: ticket?.id ?? null,
    closedStatusId: ticket?.pipeline.statuses.find(({ category }) => category === 'CLOSED')?.id ?? null,
    cursor: data.cascades?.nodes.at(-1)?.cursor ?? null,
  };
}
