import { useEffect } from 'react';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { useStore } from '../store';
import { Icon } from '../ui/Icon';
import { cascadeSummary, isUndoable, type Speaker } from '../words/cascade';
import type { Notice, Toast } from './commands';

/** Long enough to read, and to think again. */
const SHOWN_MS = 9_000;

/** What has just been done or refused, with a way back. */
export function Toasts() {
  const { t } = useWords();
  const { commands } = useDesk();
  const toasts = useStore(commands.toasts);
  return (
    <section className="toasts" aria-label={t('toast.label')} aria-live="polite">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function ToastCard({ toast: { id, notice } }: { toast: Toast }) {
  const { t } = useWords();
  const { commands, definitions } = useDesk();
  useEffect(() => {
    const timer = setTimeout(() => commands.dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [commands, id]);
  const cascade = notice.kind === 'done' || notice.kind === 'undone' ? notice.cascade : null;
  const wrong = notice.kind === 'refused' || notice.kind === 'unreachable' || notice.kind === 'failed';
  return (
    <div className={`toast${wrong ? ' is-wrong' : ''}`}>
      <Icon name={wrong ? 'warning' : notice.kind === 'undone' ? 'undo' : 'check'} />
      <p lang={notice.kind === 'refused' || notice.kind === 'failed' ? 'en' : undefined}>{noticeWords(notice, { t, definitions })}</p>
      {cascade && isUndoable(cascade) && (
        <button
          type="button"
          className="button is-small"
          onClick={() => {
            commands.dismiss(id);
            void commands.undo(cascade);
          }}
        >
          {t('action.undo')} <kbd aria-hidden="true">z</kbd>
        </button>
      )}
      <button type="button" className="button is-ghost is-icon" aria-label={t('toast.dismiss')} onClick={() => commands.dismiss(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** What a toast says. */
export function noticeWords(notice: Notice, speaker: Speaker): string {
  const { t } = speaker;
  switch (notice.kind) {
    case 'done':
      return cascadeSummary(notice.cascade, speaker);
    case 'undone': {
      const undone = t('toast.undone', { text: cascadeSummary(notice.cascade, speaker) });
      if (notice.errors.length === 0) return undone;
      return `${undone} ${t('toast.partly', { text: notice.errors.map(({ message }) => message).join(' ') })}`;
    }
    case 'refused':
      return notice.errors.map(({ message }) => message).join(' ');
    case 'failed':
      return notice.message;
    case 'unchanged':
      return t('toast.unchanged');
    case 'unreachable':
      return t('toast.offline');
  }
}
