import { useRef } from 'react';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { HOME, hrefOf, type Route, VIEWS } from '../routes';
import { NavigationButton } from '../shell/ScreenHead';
import { useShortcut } from '../shell/use-shortcut';
import { ConversationList } from './ConversationList';
import { SearchBox } from './SearchBox';
import { SearchResults } from './SearchResults';

interface Props {
  readonly route: Extract<Route, { screen: 'list' | 'search' }>;
  readonly onNavigation: () => void;
}

/** The list of a view or inbox, or what a search found. */
export function ListPane({ route, onNavigation }: Props) {
  const { t } = useWords();
  const { inboxes, savedViews } = useDesk();
  const search = useRef<HTMLInputElement>(null);
  useShortcut('/', () => search.current?.focus());

  const title = () => {
    if (route.screen === 'search') return t('search.results');
    const view = VIEWS.find((each) => each === route.list);
    return view ? t(`view.${view}`) : ([...inboxes, ...savedViews].find(({ id }) => id === route.list)?.name ?? t('list.label'));
  };
  return (
    <section className="pane list" aria-label={t('list.label')}>
      <header className="list-head">
        <div className="list-title">
          <NavigationButton onClick={onNavigation} />
          <h1>{title()}</h1>
          {route.screen === 'list' && !savedViews.some(({ id }) => id === route.list) && <StatusSwitch route={route} />}
        </div>
        <SearchBox ref={search} text={route.screen === 'search' ? route.text : ''} />
      </header>
      {route.screen === 'search' ? <SearchResults key={route.text} route={route} /> : <ConversationList key={hrefOf({ ...route, conversationId: null })} route={route} />}
    </section>
  );
}

function StatusSwitch({ route }: { route: Extract<Route, { screen: 'list' }> }) {
  const { t } = useWords();
  return (
    <nav className="switch" aria-label={t('list.status')}>
      {[false, true].map((closed) => (
        <a key={String(closed)} href={hrefOf({ ...HOME, list: route.list, closed })} aria-current={route.closed === closed ? 'true' : undefined}>
          {t(closed ? 'list.closed' : 'list.open')}
        </a>
      ))}
    </nav>
  );
}
