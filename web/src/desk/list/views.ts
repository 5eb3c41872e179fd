import type { ConversationFilter, ConversationOrder } from '../api/generated';
import { VIEWS } from '../routes';

/** How many conversations a live list has at first, and at most: the server's limit. */
export const FIRST_PAGE = 30;
export const LONGEST_LIST = 100;
/** How many of those that come after it are fetched at once. */
export const OLDER_PAGE = 50;

/** A list that somebody has named. */
export interface SavedView {
  readonly id: string;
  /** As it was given when the view was saved. */
  readonly filter: unknown;
  readonly orderBy: unknown;
}

/** What a saved view lists, and in what order. */
export function savedList(view: SavedView) {
  return { filter: view.filter as ConversationFilter, orderBy: view.orderBy as ConversationOrder };
}

/** What a view or an inbox lists. */
export function filterOf(list: string, closed: boolean, viewerId: string): ConversationFilter {
  const status = closed ? 'CLOSED' : 'OPEN';
  switch (list) {
    case 'mine':
      return { status, ownerId: viewerId };
    case 'unassigned':
      return { status, ownerId: null };
    case 'ticketed':
      return { status, hasTicket: true };
    case 'open':
      return { status };
    default:
      return { status, inboxId: list };
  }
}

/** How many filters the server counts in one stream. */
export const MOST_COUNTED = 20;

/** What the navigation counts, in this order: the trash, the views, and as many inboxes as may be. */
export function countedFilters(inboxIds: readonly string[], viewerId: string): ConversationFilter[] {
  const lists = [...VIEWS, ...inboxIds].slice(0, MOST_COUNTED - 1);
  return [{ inTrash: true }, ...lists.map((list) => filterOf(list, false, viewerId))];
}
