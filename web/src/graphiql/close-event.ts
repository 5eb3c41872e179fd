/** How a socket ended; a browser's `CloseEvent` is one. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** Whether a subscription failed because its socket was closed. */
export function isClosed(failure: unknown): failure is Closed {
  return typeof failure === 'object' && failure !== null && 'code' in failure && 'reason' in failure;
}

/** The end of a socket in words. */
export function closedWords({ code, reason }: Closed): string {
  return `The connection was closed (${reason ? `${code}: ${reason}` : code}).`;
}
