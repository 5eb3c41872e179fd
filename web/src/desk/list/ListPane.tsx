import { useMemo, useRef } from 'react';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { HOME, hrefOf, type Route, VIEWS } from '../routes';
import { NavigationButton } from '../shell/ScreenHead';
import { useShortcut } from '../shell/use-shortcut';
import { ConversationList } from './ConversationList';
import { SearchBox } from './SearchBox';
import { SearchResults } from './SearchResults';
import { filterOf, savedList } from './views';

interface Props {
  readonly route: Extract<Route, { screen: 'list' | 'search' }>;
  readonly onNavigation: () => void;
}

/** The list of a view or inbox, or what a search found. */
export function ListPane({ route, onNavigation }: Props) {
  const { t } = useWords();
  const { inboxes, savedViews, viewer } = useDesk();
  const list = route.screen === 'list' ? route.list : null;
  const closed = route.screen === 'list' && route.closed;
  const saved = savedViews.find(({ id }) => id === list);
  const wanted = useMemo(
    () => (list === null ? null : saved ? savedList(saved) : { filter: filterOf(list, closed, viewer.user.id) }),
    [list, closed, saved, viewer.user.id],
  );
  const search = useRef<HTMLInputElement>(null);
  useShortcut('/', () => search.current?.focus());

  const title = () => {
    if (route.screen === 'search') return t('search.results');
    const view = VIEWS.find((each) => each === route.list);
    return view ? t(`view.${view}`) : ((saved ?? inboxes.find(({ id }) => id === route.list))?.name ?? t('list.label'));
  };
  return (
    <section className="pane list" aria-label={t('list.label')}>
      <header className="list-head">
        <div className="list-title">
          <NavigationButton onClick={onNavigation} />
          <h1>{title()}</h1>
          {route.screen === 'list' && !saved && <StatusSwitch route={route} />}
        </div>
        <SearchBox ref={search} text={route.screen === 'search' ? route.text : ''} />
      </header>
      {route.screen === 'search' && <SearchResults key={route.text} route={route} />}
      {route.screen === 'list' && wanted && <ConversationList key={list + JSON.stringify(wanted)} route={route} wanted={wanted} />}
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
