import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { countedFilters } from '../list/views';
import { useCounts } from '../live/use-counts';
import { HOME, type Route, type View, VIEWS } from '../routes';
import type { IconName } from '../ui/Icon';
import { AccountMenu } from './AccountMenu';
import { NavigationEntry } from './NavigationEntry';
import { SavedViews } from './SavedViews';
import type { ShellDialog } from './Shell';

const ICONS: Record<View, IconName> = { mine: 'person', unassigned: 'ghost', open: 'list', ticketed: 'ticket' };

interface Props {
  readonly route: Route;
  readonly onDialog: (dialog: ShellDialog) => void;
  readonly onNewView: () => void;
}

/** Views and inboxes, each with how many open conversations it has, now. */
export function Navigation({ route, onDialog, onNewView }: Props) {
  const { t } = useWords();
  const { inboxes, viewer } = useDesk();
  const [trashed, ...counts] = useCounts(countedFilters(inboxes.map(({ id }) => id), viewer.user.id));
  const here = route.screen === 'list' ? route.list : route.screen;

  return (
    <nav className="navigation" aria-label={t('nav.label')}>
      <p className="brand">
        <img src="./favicon.svg" alt="" width="22" height="22" />
        <span>{viewer.account.name}</span>
      </p>
      <div className="navigation-scroll">
        <h2>{t('nav.views')}</h2>
        <ul>
          {VIEWS.map((view, index) => (
            <NavigationEntry key={view} to={{ ...HOME, list: view }} icon={ICONS[view]} name={t(`view.${view}`)} count={counts[index]} current={here === view} />
          ))}
        </ul>
        <h2>{t('nav.inboxes')}</h2>
        <ul>
          {inboxes.map(({ id, name }, index) => (
            <NavigationEntry key={id} to={{ ...HOME, list: id }} icon="inbox" name={name} count={counts[VIEWS.length + index]} current={here === id} />
          ))}
        </ul>
        <SavedViews here={here} onNew={onNewView} />
        <ul className="navigation-last">
          <NavigationEntry to={{ screen: 'trash' }} icon="trash" name={t('nav.trash')} count={trashed} current={here === 'trash'} counted="nav.trashCount" />
        </ul>
      </div>
      <AccountMenu onDialog={onDialog} />
    </nav>
  );
}
