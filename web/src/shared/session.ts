/** What the server tells its pages at `graphiql/config.json`. */
export interface ServerConfig {
  /** Under `tandem dev` the token of the demo account, so that nobody has to look for it. */
  readonly token: string | null;
  /** Whether this server shows demo data. */
  readonly demo: boolean;
}

const KEY = 'tandem.token';

/** Asks the server what it has for its pages; a server that has nothing is no error. */
export async function fetchConfig(address: string): Promise<ServerConfig> {
  const nothing: ServerConfig = { token: null, demo: false };
  try {
    const response = await fetch(address);
    return response.ok ? ((await response.json()) as ServerConfig) : nothing;
  } catch {
    return nothing;
  }
}

/** The token that was entered in this browser tab. Closing the tab forgets it. */
export function storedToken(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Keeps the token until this browser tab is closed; null forgets it. */
export function storeToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}
