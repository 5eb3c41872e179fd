import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { Icon } from '../ui/Icon';

const BACK_SHOWN_MS = 4_000;
/** A blink of the connection is nobody's concern. */
const LOST_AFTER_MS = 600;

/** Says when the live connection is lost, and for a moment when it is back. */
export function ConnectionBar() {
  const { t } = useWords();
  const { connection } = useDesk();
  const state = useSyncExternalStore(connection.subscribe, connection.state);
  const [shown, setShown] = useState<'lost' | 'back' | null>(null);
  const wasLost = useRef(false);

  useEffect(() => {
    if (state === 'lost') {
      const timer = setTimeout(() => {
        wasLost.current = true;
        setShown('lost');
      }, LOST_AFTER_MS);
      return () => clearTimeout(timer);
    }
    if (state !== 'live' || !wasLost.current) return;
    wasLost.current = false;
    setShown('back');
    const timer = setTimeout(() => setShown(null), BACK_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);

  return (
    <div className="connection" role="status">
      {shown && (
        <p className={`connection-bar is-${shown}`}>
          <Icon name={shown === 'lost' ? 'offline' : 'check'} />
          {t(`connection.${shown}`)}
        </p>
      )}
    </div>
  );
}
