import type { Endpoints } from '../../shared/endpoints';
import { bearer, send } from '../../shared/request';
import { SignInDocument, type SignInMutation, SignOutDocument } from '#generated';

/** Why nobody was signed in: the two do not belong together, too many have tried, or the server could not say. */
export type Problem = 'wrong' | 'wait' | 'failed';

/** Tokens that begin so are of a session, and end with it. */
const SESSION = 'tds_';

/** Begins a session. */
export async function signIn(
  endpoints: Endpoints,
  email: string,
  password: string,
): Promise<{ readonly token: string } | { readonly problem: Problem }> {
  try {
    const { data, errors } = await send<SignInMutation>(endpoints.http, { query: String(SignInDocument), variables: { email, password } }, {});
    if (errors?.some(({ extensions }) => extensions?.code === 'TOO_MANY_ATTEMPTS')) return { problem: 'wait' };
    if (!data) return { problem: 'failed' };
    return data.signIn.token === null ? { problem: 'wrong' } : { token: data.signIn.token };
  } catch {
    return { problem: 'failed' };
  }
}

/** Ends the token's session, where it has one. Without a server it ends by itself, a while later. */
export async function signOut(endpoints: Endpoints, token: string): Promise<void> {
  if (!token.startsWith(SESSION)) return;
  await send(endpoints.http, { query: String(SignOutDocument) }, bearer(token)).catch(() => undefined);
}
