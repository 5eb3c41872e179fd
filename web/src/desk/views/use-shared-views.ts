import { useEffect } from 'react';
import { useClient } from 'urql';
import { SavedViewsDocument } from '#generated';
import { useDesk } from '../desk-context';

/**
 * Fetches the saved views anew whenever one comes back to the desk, or the desk to the network: no stream tells
 * of those that colleagues share.
 */
export function useSharedViews(): void {
  const client = useClient();
  const { connection } = useDesk();
  useEffect(() => {
    const fetchNow = () => void client.query(SavedViewsDocument, {}, { requestPolicy: 'network-only' }).toPromise();
    const onVisible = () => {
      if (document.visibilityState === 'visible') fetchNow();
    };
    let wasLost = false;
    const unsubscribe = connection.subscribe(() => {
      const state = connection.state();
      if (state === 'live' && wasLost) fetchNow();
      wasLost = state === 'lost';
    });
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      unsubscribe();
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [client, connection]);
}
