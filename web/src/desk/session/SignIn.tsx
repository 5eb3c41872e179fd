import { type FormEvent, useState } from 'react';
import { useWords } from '../i18n/context';

interface Props {
  /** Whether the last token was not accepted. */
  readonly refused: boolean;
  readonly onToken: (token: string) => void;
  /** Goes back to the demo's account, on a server that has one. */
  readonly onDemo: (() => void) | null;
}

/** Asks for a token: a server outside `tandem dev` gives none away. */
export function SignIn({ refused, onToken, onDemo }: Props) {
  const { t } = useWords();
  const [token, setToken] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onToken(token.trim());
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <img src="./favicon.svg" alt="" width="44" height="44" />
        <h1>Tandem</h1>
        <p className="sign-in-lead">{t('signIn.lead')}</p>
        <label htmlFor="token">{t('signIn.token')}</label>
        <input
          id="token"
          className="field"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          autoFocus
          aria-invalid={refused}
          aria-describedby="token-problem token-hint"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <p id="token-problem" className="field-error" role="alert">
          {refused && t('signIn.refused')}
        </p>
        <button type="submit" className="button is-primary">
          {t('signIn.enter')}
        </button>
        {onDemo && (
          <button type="button" className="button is-ghost" onClick={onDemo}>
            {t('signIn.demo')}
          </button>
        )}
        <p id="token-hint" className="sign-in-hint">
          {t('signIn.hint')} <code>tandem token create --email you@example.com</code>
        </p>
      </form>
    </main>
  );
}
