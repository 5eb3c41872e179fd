/** Where a page finds its server. */
export interface Endpoints {
  /** Queries and mutations, by POST. */
  readonly http: string;
  /** Everything, subscriptions included, in the graphql-transport-ws protocol. */
  readonly socket: string;
  /** What the server tells its own pages: see {@link ServerConfig}. */
  readonly config: string;
}

/**
 * The endpoints of the server that this page came from.
 * @param root The address that the pages are mounted at: `/`, or a path of a reverse proxy.
 */
export function endpointsAt(root: URL): Endpoints {
  const http = new URL('graphql', root);
  const socket = new URL(http);
  socket.protocol = http.protocol === 'https:' ? 'wss:' : 'ws:';
  return { http: http.href, socket: socket.href, config: new URL('graphiql/config.json', root).href };
}
