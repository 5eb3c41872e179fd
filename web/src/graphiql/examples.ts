import closeTicket from './examples/close-ticket.graphql?raw';
import inbox from './examples/inbox.graphql?raw';
import live from './examples/live.graphql?raw';
import preview from './examples/preview.graphql?raw';
import resume from './examples/resume.graphql?raw';
import sidebar from './examples/sidebar.graphql?raw';
import type { Sample } from './sample';

/** A prepared tab of GraphiQL. */
export interface Example {
  readonly query: string;
  /** JSON, as the variables editor shows it. */
  readonly variables?: string;
}

/** The prepared tabs, with ids of this account, so that each runs as it stands. */
export function examplesFor(sample: Sample): Example[] {
  const closing = {
    ticketId: sample.ticketId ?? 'ticket_…',
    statusId: sample.closedStatusId ?? 'status_…',
  };
  return [
    // GraphiQL shows no variables in the first tab that it opens: this one needs none.
    { query: inbox },
    { query: sidebar, variables: json({ conversationId: sample.conversationId ?? 'conversation_…' }) },
    { query: preview, variables: json({ input: { ...closing, dryRun: true } }) },
    { query: closeTicket, variables: json({ input: closing }) },
    { query: live },
    { query: resume, variables: json({ after: sample.cursor }) },
  ];
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
