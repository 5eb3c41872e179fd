import { useContext, useEffect, useRef } from 'react';
import { DeskContext } from '../desk-context';

/** Tries again what failed, as soon as the server can be reached: nobody has to press a button for that. */
export function useOnceBack(retry: () => void, failed: boolean): void {
  // Before the desk is there, only the network itself is heard of.
  const connection = useContext(DeskContext)?.connection;
  const latest = useRef(retry);
  useEffect(() => {
    latest.current = retry;
  });
  useEffect(() => {
    if (!failed) return;
    const again = () => latest.current();
    const unsubscribe = connection?.subscribe(() => connection.state() === 'live' && again());
    if (!connection) window.addEventListener('online', again);
    return () => {
      unsubscribe?.();
      window.removeEventListener('online', again);
    };
  }, [connection, failed]);
}
