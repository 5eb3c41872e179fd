/** A cascade as `cascades.graphql` selects it. */
export interface Cascade {
  id: string;
  cursor: string;
  occurredAt: string;
  command: string;
  /** A contact may have no name, so it travels under another one. */
  actor: { __typename: string; name?: string; contactName?: string | null };
  effects: Effect[];
}

/** One effect; which of the optional fields are there depends on `__typename`. */
export interface Effect {
  __typename: string;
  index: number;
  rule: string;
  subjectId: string;
  causedBy: { index: number } | null;
  subject: { number?: number; name?: string; subject?: string | null } | null;
  previousStatus?: string;
  status?: string;
  previousTicketStatus?: Named;
  ticketStatus?: Named;
  previousOwner?: Named | null;
  owner?: Named | null;
  previousWorkspace?: string;
  workspace?: string;
  previousInbox?: Named;
  inbox?: Named;
  property?: string;
  previousValue?: string | null;
  value?: string | null;
  ticket?: { number: number } | null;
  message?: { kind: string; text: string } | null;
}

interface Named {
  name: string;
}
