import { useRef } from 'react';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { HOME, hrefOf, type Route, VIEWS } from '../routes';
import { NavigationButton } from '../shell/ScreenHead';
import { useShortcut } from '../shell/use-shortcut';
import { Icon } from '../ui/Icon';
import type { SavedView } from '../views/ViewDialog';
import { ConversationList } from './ConversationList';
import { SearchBox } from './SearchBox';
import { SearchResults } from './SearchResults';
import { listed } from './views';

interface Props {
  readonly route: Extract<Route, { screen: 'list' | 'search' }>;
  readonly onNavigation: () => void;
  /** Opens the form of a saved view, or of a new one. */
  readonly onView: (view: SavedView | null) => void;
}

/** The list of a view or inbox, or what a search found. */
export function ListPane({ route, onNavigation, onView }: Props) {
  const { t } = useWords();
  const { inboxes, savedViews, viewer } = useDesk();
  const saved = route.screen === 'list' ? savedViews.find(({ id }) => id === route.list) : undefined;
  const wanted = useSame(listed(route, savedViews, viewer.user.id));
  const mayChange = saved && (saved.owner.id === viewer.user.id || (saved.shared && viewer.user.role === 'ADMIN'));
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
          {(mayChange || (route.screen === 'list' && !saved)) && (
            <button
              type="button"
              className="button is-ghost is-icon"
              aria-label={t(saved ? 'views.edit' : 'views.new')}
              title={t(saved ? 'views.edit' : 'views.new')}
              onClick={() => onView(saved ?? null)}
            >
              <Icon name={saved ? 'edit' : 'save'} />
            </button>
          )}
        </div>
        <SearchBox ref={search} text={route.screen === 'search' ? route.text : ''} />
      </header>
      {route.screen === 'search' && <SearchResults key={route.text} route={route} />}
      {route.screen === 'list' && <ConversationList key={route.list + JSON.stringify(wanted)} route={route} wanted={wanted} />}
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

/** The same object for as long as it says the same. */
function useSame<Value>(value: Value): Value {
  const last = useRef(value);
  if (JSON.stringify(last.current) !== JSON.stringify(value)) last.current = value;
  return last.current;
}
