import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { savedList } from '../list/views';
import { useCounts } from '../live/use-counts';
import { HOME } from '../routes';
import { Icon } from '../ui/Icon';
import { useSharedViews } from '../views/use-shared-views';
import { NavigationEntry } from './NavigationEntry';

interface Props {
  readonly here: string;
  readonly onNew: () => void;
}

/** The lists that the viewer has named, and those that colleagues share; and a way to make one. */
export function SavedViews({ here, onNew }: Props) {
  const { t } = useWords();
  const { savedViews } = useDesk();
  const counts = useCounts(savedViews.map((view) => savedList(view).filter));
  useSharedViews();
  return (
    <>
      <div className="navigation-head">
        <h2>{t('nav.saved')}</h2>
        <button type="button" className="button is-ghost is-icon is-small" aria-label={t('views.new')} title={t('views.new')} onClick={onNew}>
          <Icon name="plus" />
        </button>
      </div>
      <ul>
        {savedViews.map(({ id, name, shared }, index) => (
          <NavigationEntry key={id} to={{ ...HOME, list: id }} icon={shared ? 'people' : 'list'} name={name} count={counts[index]} counted="side.conversations" current={here === id} />
        ))}
      </ul>
    </>
  );
}
