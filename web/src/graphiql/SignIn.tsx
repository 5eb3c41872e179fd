import { type FormEvent, useState } from 'react';

/** What the sign-in form needs. */
interface Props {
  /** Why the last attempt failed, if there was one. */
  readonly problem: string | null;
  readonly onToken: (token: string) => void;
  /** Goes back to the demo's account, on a server that has one. */
  readonly onDemo: (() => void) | null;
}

/** Asks for a token: a server outside `tandem dev` gives none away. */
export function SignIn({ problem, onToken, onDemo }: Props) {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onToken(token.trim());
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <img src="../favicon.svg" alt="" width="40" height="40" />
        <h1>Tandem · GraphiQL</h1>
        <p>Enter an access token of your account. It stays in this browser tab and is forgotten when you close it.</p>
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          autoFocus
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        {problem && (
          <p className="sign-in-problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit">Sign in</button>
        {onDemo && (
          <button type="button" className="sign-in-demo" onClick={onDemo}>
            Back to the demo account
          </button>
        )}
        <p className="sign-in-hint">
          An administrator makes one with <code>tandem token create --email you@example.com</code>
        </p>
      </form>
    </main>
  );
}
