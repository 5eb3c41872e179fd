import { useCallback, useEffect, useState } from 'react';
import type { Endpoints } from '../shared/endpoints';
import { fetchConfig, storedToken, storeToken } from '../shared/session';
import { fetchSample, type Sample, TokenRefused } from './sample';
import { SignIn } from './SignIn';
import { refreshStoredTabs } from './stored-tabs';
import { Workbench } from './Workbench';

type Phase =
  | { name: 'starting' }
  | { name: 'signed-out'; problem: string | null; demoToken: string | null }
  | { name: 'unreachable'; problem: string }
  | { name: 'ready'; token: string; sample: Sample; demo: boolean };

/** Finds a token, asks for one where there is none, and then shows GraphiQL. */
export function App({ endpoints }: { endpoints: Endpoints }) {
  const [phase, setPhase] = useState<Phase>({ name: 'starting' });

  const askForToken = useCallback(
    async (problem: string | null) => {
      storeToken(null);
      const { token } = await fetchConfig(endpoints.config);
      setPhase({ name: 'signed-out', problem, demoToken: token });
    },
    [endpoints],
  );

  const enter = useCallback(
    async (token: string, demo: boolean) => {
      try {
        const sample = await fetchSample(endpoints.http, token);
        refreshStoredTabs(localStorage, sample);
        storeToken(demo ? null : token);
        setPhase({ name: 'ready', token, sample, demo });
      } catch (error) {
        if (error instanceof TokenRefused) return askForToken('The server does not accept this token.');
        const problem = error instanceof Error ? error.message : String(error);
        setPhase({ name: 'unreachable', problem });
      }
    },
    [endpoints, askForToken],
  );

  const begin = useCallback(async () => {
    setPhase({ name: 'starting' });
    const stored = storedToken();
    if (stored) return enter(stored, false);
    const { token } = await fetchConfig(endpoints.config);
    return token ? enter(token, true) : askForToken(null);
  }, [endpoints, enter, askForToken]);

  useEffect(() => void begin(), [begin]);

  switch (phase.name) {
    case 'starting':
      return <p className="notice">Asking the server…</p>;
    case 'unreachable':
      return (
        <div className="notice" role="alert">
          <p>The server does not answer: {phase.problem}</p>
          <button type="button" onClick={() => void begin()}>
            Try again
          </button>
        </div>
      );
    case 'signed-out':
      return (
        <SignIn
          problem={phase.problem}
          onToken={(token) => void enter(token, false)}
          onDemo={phase.demoToken === null ? null : () => void begin()}
        />
      );
    case 'ready':
      return (
        <Workbench
          endpoints={endpoints}
          token={phase.token}
          sample={phase.sample}
          demo={phase.demo}
          onSignOut={() => void askForToken(null)}
        />
      );
  }
}
