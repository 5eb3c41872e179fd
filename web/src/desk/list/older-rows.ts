import type { ConversationFilter, ConversationOrder, ConversationRowFragment, FeedSubscription, TicketLiveFragment } from '#generated';
import { passes } from './passes';
import { comparePlaces } from './place';

type Row = ConversationRowFragment;
type Cascade = Pick<FeedSubscription['cascades'], 'effects'>;

export interface Wanted {
  readonly filter: ConversationFilter;
  readonly orderBy?: ConversationOrder;
}

/**
 * The rows of a list that come after its live window, which has a hundred at most. They are fetched page by page,
 * and kept right by the feed of all cascades.
 *
 * Everything that was ever seen of the list since it was opened is remembered: what the window had, what pages
 * had, and what the feed brought. What is shown is worked out from that each time: what passes the filter, comes
 * after the last row of the window, and not after the last row of the last page. So what moves up into the window
 * is not shown twice, what the window pushes out is shown after it, and what no longer passes is gone. A row that
 * the feed has told of is as the feed tells it: the feed misses nothing and comes in order, a page may be older.
 */
export class OlderRows {
  #wanted: Wanted;
  #viewerId: string;
  #compare: (a: Row, b: Row) => number;
  /** What windows and pages had. */
  #fetched = new Map<string, Row>();
  /** What the feed told; null: not in the list. */
  #told = new Map<string, Row | null>();
  #tickets = new Map<string, TicketLiveFragment>();
  /** The last row of the last page, as it was then. */
  #edge: Row | null = null;
  #ended = false;

  constructor(wanted: Wanted, viewerId: string) {
    this.#wanted = wanted;
    this.#viewerId = viewerId;
    this.#compare = comparePlaces(wanted.orderBy);
  }

  /** Takes a page; the first one comes after the window, each other one after the one before. */
  addPage(rows: readonly Row[], hasNext: boolean): void {
    for (const row of rows) this.#fetched.set(row.id, this.#withTicket(row));
    this.#edge = rows.at(-1) ?? this.#edge;
    this.#ended = !hasNext;
  }

  /**
   * Takes what happened.
   * @returns whether it may be seen in this list.
   */
  tell({ effects }: Cascade): boolean {
    let seen = false;
    for (const { subjectId, subject, __typename: kind } of effects) {
      if (subject?.__typename === 'Conversation') {
        const row = this.#withTicket(subject);
        seen = this.#tellRow(row.id, passes(this.#wanted.filter, row, this.#viewerId) ? row : null) || seen;
      } else if (subject?.__typename === 'Ticket') {
        seen = this.#tellTicket(subject) || seen;
      } else if (kind === 'Purged') {
        seen = this.#tellRow(subjectId, null) || seen;
      }
    }
    return seen;
  }

  /** The whole list as far as it is known: the live window, and what comes after it. */
  after(window: readonly Row[], totalCount: number): readonly Row[] {
    for (const row of window) this.#fetched.set(row.id, row);
    const last = window.at(-1);
    if (!last || window.length >= totalCount || (!this.#edge && !this.#ended)) return window;
    const shown = new Set(window.map(({ id }) => id));
    const older = [...this.#known()].filter((row) => !shown.has(row.id) && this.#compare(row, last) > 0 && this.#isWithin(row));
    return [...window, ...older.sort(this.#compare)];
  }

  *#known(): Iterable<Row> {
    for (const row of this.#told.values()) if (row) yield row;
    for (const row of this.#fetched.values()) {
      if (!this.#told.has(row.id)) yield row;
    }
  }

  #isWithin(row: Row): boolean {
    return this.#ended || (this.#edge !== null && this.#compare(row, this.#edge) <= 0);
  }

  #tellRow(id: string, row: Row | null): boolean {
    const seen = row !== null || this.#fetched.has(id) || this.#told.has(id);
    this.#told.set(id, row);
    return seen;
  }

  /** A ticket is shown in the rows of its conversations. */
  #tellTicket(ticket: TicketLiveFragment): boolean {
    let seen = false;
    this.#tickets.set(ticket.id, ticket);
    for (const rows of [this.#fetched, this.#told]) {
      for (const [id, row] of rows) {
        if (row?.ticket?.id !== ticket.id) continue;
        rows.set(id, { ...row, ticket });
        seen = true;
      }
    }
    return seen;
  }

  /** A row with its ticket as it was last told of, unless the row is newer. */
  #withTicket(row: Row): Row {
    const ticket = row.ticket && this.#tickets.get(row.ticket.id);
    return ticket && row.ticket && ticket.version > row.ticket.version ? { ...row, ticket } : row;
  }
}
