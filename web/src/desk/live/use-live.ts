import { useCallback, useEffect, useState } from 'react';
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useClient } from 'urql';

const AGAIN_AFTER_MS = 2_000;

/**
 * The latest item of a subscription that begins with how things stand: after a lost connection or an error it
 * is simply begun again. While it is, what was last seen stays.
 */
export function useLive<Data, Variables extends AnyVariables>(document: TypedDocumentNode<Data, Variables>, variables: Variables) {
  const client = useClient();
  const [state, setState] = useState<{ data: Data | null; error: CombinedError | null; of: string }>({ data: null, error: null, of: '' });
  const [attempt, setAttempt] = useState(0);
  const key = JSON.stringify(variables);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop = () => {};
    const begin = () => {
      const { unsubscribe } = client.subscription(document, JSON.parse(key) as Variables).subscribe(({ data, error, hasNext }) => {
        if (data) setState({ data, error: null, of: key });
        else if (error) setState((state) => ({ ...state, error, of: key }));
        if (error || hasNext === false) {
          clearTimeout(timer);
          timer = setTimeout(() => {
            stop();
            begin();
          }, AGAIN_AFTER_MS);
        }
      });
      stop = unsubscribe;
    };
    begin();
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, document, key, attempt]);

  const again = useCallback(() => setAttempt((count) => count + 1), []);
  const current = state.of === key;
  return { data: current ? state.data : null, error: current ? state.error : null, again };
}
