import { useCallback, useEffect, useState } from 'react';
import type { Endpoints } from '../../shared/endpoints';
import { fetchConfig, storedToken, storeToken } from '../../shared/session';
import { useWords } from '../i18n/context';
import { DeskRoot } from './DeskRoot';
import { SignIn } from './SignIn';
import { signOut } from './sign-in';

type Phase =
  | { readonly name: 'starting' }
  | { readonly name: 'signed-out'; readonly refused: boolean; readonly demo: boolean }
  | { readonly name: 'in'; readonly token: string; readonly demo: boolean };

/** Finds a token, asks for one where there is none, and then opens the desk. */
export function Session({ endpoints }: { endpoints: Endpoints }) {
  const { t } = useWords();
  const [phase, setPhase] = useState<Phase>({ name: 'starting' });

  const leave = useCallback(
    async (refused: boolean) => {
      const ended = storedToken();
      storeToken(null);
      if (ended && !refused) await signOut(endpoints, ended);
      const { token } = await fetchConfig(endpoints.config);
      setPhase({ name: 'signed-out', refused, demo: token !== null });
    },
    [endpoints],
  );

  const begin = useCallback(async () => {
    const stored = storedToken();
    if (stored) return setPhase({ name: 'in', token: stored, demo: false });
    const { token } = await fetchConfig(endpoints.config);
    setPhase(token ? { name: 'in', token, demo: true } : { name: 'signed-out', refused: false, demo: false });
  }, [endpoints]);

  useEffect(() => void begin(), [begin]);

  const enter = (token: string) => {
    storeToken(token);
    setPhase({ name: 'in', token, demo: false });
  };

  switch (phase.name) {
    case 'starting':
      return <p className="starting">{t('signIn.starting')}</p>;
    case 'signed-out':
      return <SignIn endpoints={endpoints} refused={phase.refused} onToken={enter} onDemo={phase.demo ? () => void begin() : null} />;
    case 'in':
      return <DeskRoot key={phase.token} endpoints={endpoints} token={phase.token} demo={phase.demo} onSignOut={leave} />;
  }
}
