import { CountsDocument } from '../api/generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { MOST_COUNTED, savedList } from '../list/views';
import { useLive } from '../live/use-live';
import { HOME } from '../routes';
import { NavigationEntry } from './NavigationEntry';

/** The lists that the viewer has named, and those that colleagues share. */
export function SavedViews({ here }: { here: string }) {
  const { savedViews } = useDesk();
  return savedViews.length > 0 && <Entries here={here} />;
}

function Entries({ here }: { here: string }) {
  const { t } = useWords();
  const { savedViews } = useDesk();
  const filters = savedViews.slice(0, MOST_COUNTED).map((view) => savedList(view).filter);
  const { data } = useLive(CountsDocument, { filters });
  return (
    <>
      <h2>{t('nav.saved')}</h2>
      <ul>
        {savedViews.map(({ id, name }, index) => (
          <NavigationEntry key={id} to={{ ...HOME, list: id }} icon="list" name={name} count={data?.counts[index]} current={here === id} />
        ))}
      </ul>
    </>
  );
}
