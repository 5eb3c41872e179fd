import { useState } from 'react';
import { useWords } from '../i18n/context';
import { Icon } from '../ui/Icon';

interface Props {
  readonly name: string;
  readonly disabled: boolean;
  readonly onDelete: () => void;
}

/** Deletes a view at the second press: it cannot be taken back. The conversations stay. */
export function DeleteView({ name, disabled, onDelete }: Props) {
  const { t } = useWords();
  const [asked, setAsked] = useState(false);
  return (
    <button
      type="button"
      className={`button view-delete${asked ? ' is-danger' : ' is-ghost'}`}
      disabled={disabled}
      onClick={() => (asked ? onDelete() : setAsked(true))}
      onBlur={() => setAsked(false)}
    >
      <Icon name="trash" />
      <span aria-live="polite">{asked ? t('views.deleteSure', { name }) : t('views.delete')}</span>
    </button>
  );
}
