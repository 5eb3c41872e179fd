import { RestoreFromTrashDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { Icon } from '../ui/Icon';

/** Says that something is in the trash, and brings it back with all that went there with it. */
export function RestoreBar({ id, text }: { id: string; text: string }) {
  const { t } = useWords();
  const { commands, mayWrite } = useDesk();
  return (
    <div className="bar is-warning">
      <Icon name="trash" />
      <p>{text}</p>
      {mayWrite && (
        <button type="button" className="button is-small" onClick={() => void commands.run(RestoreFromTrashDocument, { id })}>
          {t('trash.restore')}
        </button>
      )}
    </div>
  );
}
