import { type Ref, useEffect, useState } from 'react';
import { useWords } from '../i18n/context';
import { HOME } from '../routes';
import { Icon } from '../ui/Icon';
import { go } from '../use-route';

/** How long one pauses before what was typed is searched for. */
const PAUSE_MS = 250;

/** Searches while one types; emptied, it leads back to the lists. */
export function SearchBox({ text, ref }: { text: string; ref: Ref<HTMLInputElement> }) {
  const { t } = useWords();
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped((before) => (before.trim() === text ? before : text)), [text]);
  useEffect(() => {
    const wanted = typed.trim();
    if (wanted === text) return;
    const timer = setTimeout(() => go(wanted === '' ? HOME : { screen: 'search', text: wanted, conversationId: null }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, text]);

  return (
    <search className="search">
      <Icon name="search" />
      <input
        ref={ref}
        type="search"
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          setTyped('');
          event.currentTarget.blur();
        }}
      />
      {typed === '' && <kbd aria-hidden="true">/</kbd>}
    </search>
  );
}
