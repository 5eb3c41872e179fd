/** The lists that are not an inbox. */
export const VIEWS = ['mine', 'unassigned', 'open', 'ticketed'] as const;
export type View = (typeof VIEWS)[number];

/** What the desk shows. It is kept in the fragment of the address, so that it works below any path and each screen has a link. */
export type Route =
  | { readonly screen: 'list'; readonly list: string; readonly closed: boolean; readonly conversationId: string | null }
  | { readonly screen: 'search'; readonly text: string; readonly conversationId: string | null }
  | { readonly screen: 'ticket'; readonly ticketId: string }
  | { readonly screen: 'trash' };

/** Where one begins. */
export const HOME: Extract<Route, { screen: 'list' }> = { screen: 'list', list: 'open', closed: false, conversationId: null };

/** Reads a fragment such as `#/mine/conversation_…`; what cannot be read leads home. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first = '', second = ''] = path.split('/').map(decoded);
  const conversationId = second.startsWith('conversation_') ? second : null;
  if (first === 'trash') return { screen: 'trash' };
  if (first === 'tickets' && second.startsWith('ticket_')) return { screen: 'ticket', ticketId: second };
  const query = new URLSearchParams(search);
  if (first === 'search') return { screen: 'search', text: query.get('q') ?? '', conversationId };
  if (/^(inbox|view)_/.test(first) || (VIEWS as readonly string[]).includes(first)) {
    return { screen: 'list', list: first, closed: query.has('closed'), conversationId };
  }
  return HOME;
}

/** The fragment of a route, for links. */
export function hrefOf(route: Route): string {
  switch (route.screen) {
    case 'trash':
      return '#/trash';
    case 'ticket':
      return `#/tickets/${route.ticketId}`;
    case 'search':
      return `#/search${tail(route.conversationId)}?${new URLSearchParams({ q: route.text })}`;
    case 'list':
      return `#/${route.list}${tail(route.conversationId)}${route.closed ? '?closed' : ''}`;
  }
}

/** The same screen with another conversation open, or none. */
export function withConversation(route: Route, conversationId: string | null): Route {
  return route.screen === 'list' || route.screen === 'search' ? { ...route, conversationId } : { ...HOME, conversationId };
}

/** The open conversation, if the screen has one. */
export function conversationOf(route: Route): string | null {
  return route.screen === 'list' || route.screen === 'search' ? route.conversationId : null;
}

function tail(conversationId: string | null): string {
  return conversationId === null ? '' : `/${conversationId}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
