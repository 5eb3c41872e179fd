import { type FormEvent, useId, useState } from 'react';
import type { Endpoints } from '../../shared/endpoints';
import { useWords } from '../i18n/context';
import { type Problem, signIn } from './sign-in';

interface Props {
  readonly endpoints: Endpoints;
  /** Whether the last token was not accepted. */
  readonly refused: boolean;
  readonly onToken: (token: string) => void;
  /** Goes back to the demo's account, on a server that has one. */
  readonly onDemo: (() => void) | null;
}

/** Asks who one is: by e-mail address and password, or by a token. */
export function SignIn({ endpoints, refused, onToken, onDemo }: Props) {
  const { t } = useWords();
  const [byToken, setByToken] = useState(false);
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <img src="./favicon.svg" alt="" width="44" height="44" />
        <h1>Tandem</h1>
        <p className="sign-in-lead">{t('signIn.lead')}</p>
        {byToken ? <TokenForm onToken={onToken} /> : <PasswordForm endpoints={endpoints} onToken={onToken} />}
        <p className="field-error" role="alert">
          {refused && t('signIn.refused')}
        </p>
        <button type="button" className="button is-ghost" onClick={() => setByToken(!byToken)}>
          {t(byToken ? 'signIn.byPassword' : 'signIn.byToken')}
        </button>
        {onDemo && (
          <button type="button" className="button is-ghost" onClick={onDemo}>
            {t('signIn.demo')}
          </button>
        )}
      </div>
    </main>
  );
}

function PasswordForm({ endpoints, onToken }: Pick<Props, 'endpoints' | 'onToken'>) {
  const { t } = useWords();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [email, password, told] = [useId(), useId(), useId()];
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    const answer = await signIn(endpoints, String(given.get('email')), String(given.get('password')));
    if ('token' in answer) return onToken(answer.token);
    setBusy(false);
    setProblem(answer.problem);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label htmlFor={email}>{t('signIn.email')}</label>
      <input id={email} name="email" className="field" type="email" autoComplete="username" required autoFocus aria-describedby={told} />
      <label htmlFor={password}>{t('signIn.password')}</label>
      <input
        id={password}
        name="password"
        className="field"
        type="password"
        autoComplete="current-password"
        required
        aria-describedby={told}
      />
      <p id={told} className="field-error" role="alert">
        {problem && t(`signIn.${problem}`)}
      </p>
      <button type="submit" className="button is-primary" disabled={busy}>
        {t('signIn.enter')}
      </button>
    </form>
  );
}

function TokenForm({ onToken }: Pick<Props, 'onToken'>) {
  const { t } = useWords();
  const [token, hint] = [useId(), useId()];
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onToken(String(new FormData(event.currentTarget).get('token')).trim());
  };
  return (
    <form onSubmit={submit}>
      <label htmlFor={token}>{t('signIn.token')}</label>
      <input id={token} name="token" className="field" type="password" autoComplete="off" required autoFocus aria-describedby={hint} />
      <button type="submit" className="button is-primary">
        {t('signIn.enter')}
      </button>
      <p id={hint} className="sign-in-hint">
        {t('signIn.hint')} <code>tandem token create --email you@example.com</code>
      </p>
    </form>
  );
}
