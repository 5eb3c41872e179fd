/** A GraphQL response as the specification has it. */
export interface GraphQLResponse<Data = Record<string, unknown>> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** What one operation is sent as. */
export interface Operation {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

/**
 * Sends one operation over HTTP.
 * @returns the server's response, errors included, whatever the status: GraphQL's own errors say more.
 * @throws if the server is not there, or answers with something that is not GraphQL.
 */
export async function send<Data = Record<string, unknown>>(
  address: string,
  operation: Operation,
  headers: Record<string, string>,
): Promise<GraphQLResponse<Data>> {
  const response = await fetch(address, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  try {
    return JSON.parse(text) as GraphQLResponse<Data>;
  } catch {
    throw new Error(`HTTP ${response.status} ${response.statusText}: ${text.slice(0, 200) || 'empty response'}`);
  }
}

/** The header that a token travels in. */
export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
