import type { ConversationFilter, ConversationOrder } from '#generated';
import { HOME, type Route, VIEWS } from '../routes';
import type { Wanted } from './older-rows';

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

/** What a screen lists; where it lists nothing, all that is open. */
export function listed(route: Route, savedViews: readonly SavedView[], viewerId: string): Wanted {
  if (route.screen !== 'list') return { filter: filterOf(HOME.list, false, viewerId) };
  const saved = savedViews.find(({ id }) => id === route.list);
  return saved ? savedList(saved) : { filter: filterOf(route.list, route.closed, viewerId) };
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

/** What the navigation counts, in this order: the trash, the views, and the inboxes. */
export function countedFilters(inboxIds: readonly string[], viewerId: string): ConversationFilter[] {
  return [{ inTrash: true }, ...[...VIEWS, ...inboxIds].map((list) => filterOf(list, false, viewerId))];
}
