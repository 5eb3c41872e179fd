import { useEffect, useState } from 'react';
import { ListPane } from '../list/ListPane';
import { conversationOf, type Route, withConversation } from '../routes';
import type { SavedView } from '../views/ViewDialog';
import { ConversationPanes } from '../thread/ConversationPanes';
import { Empty } from '../ui/Notice';
import { useWords } from '../i18n/context';
import { go } from '../use-route';
import { useShortcut } from './use-shortcut';

interface Props {
  readonly route: Extract<Route, { screen: 'list' | 'search' }>;
  readonly onNavigation: () => void;
  /** Opens the form of a saved view, or of a new one. */
  readonly onView: (view: SavedView | null) => void;
}

/** The daily workplace: a list of conversations, the one that is open, and what belongs to it. */
export function ConversationDesk({ route, onNavigation, onView }: Props) {
  const { t } = useWords();
  const open = conversationOf(route);
  const [sideOpen, setSideOpen] = useState(false);
  useEffect(() => setSideOpen(false), [open]);
  useShortcut('Escape', () => (sideOpen ? setSideOpen(false) : go(withConversation(route, null))), open !== null);

  return (
    <main className={`workplace${open ? ' has-conversation' : ''}${sideOpen ? ' has-side' : ''}`}>
      <ListPane route={route} onNavigation={onNavigation} onView={onView} />
      {open ? (
        <ConversationPanes
          key={open}
          id={open}
          onBack={() => go(withConversation(route, null))}
          hrefOfConversation={(id) => withConversation(route, id)}
          onSide={() => setSideOpen(!sideOpen)}
        />
      ) : (
        <section className="pane thread is-none" aria-label={t('thread.label')}>
          <Empty icon="CHAT" title={t('thread.none')} text={t('thread.noneText')} />
        </section>
      )}
    </main>
  );
}
