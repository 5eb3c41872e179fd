import { useCallback, useEffect, useState } from 'react';
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useClient } from 'urql';
import { followLive } from './follow-live';

/** The latest item of a live subscription. While it has to be begun again, what was last seen stays. */
export function useLive<Data, Variables extends AnyVariables>(document: TypedDocumentNode<Data, Variables>, variables: Variables) {
  const client = useClient();
  const [state, setState] = useState<{ data: Data | null; error: CombinedError | null; of: string }>({ data: null, error: null, of: '' });
  const [attempt, setAttempt] = useState(0);
  const key = JSON.stringify(variables);

  useEffect(
    () =>
      followLive(client, document, JSON.parse(key) as Variables, (data, error) =>
        setState((before) => (data ? { data, error: null, of: key } : { ...before, error, of: key })),
      ),
    [client, document, key, attempt],
  );

  const again = useCallback(() => setAttempt((count) => count + 1), []);
  const current = state.of === key;
  return { data: current ? state.data : null, error: current ? state.error : null, again };
}
