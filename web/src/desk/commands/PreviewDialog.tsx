import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { Dialog } from '../ui/Dialog';
import { useNow } from '../ui/Time';
import { cascadeLines, isUndoable } from '../words/cascade';
import { CascadeLines } from '../words/CascadeLines';
import type { Question } from './commands';

type Kind = 'trash' | 'close' | 'change';

/** The cascade of a change that has not been made yet, in words, and the decision. */
export function PreviewDialog({ question: { cascade, answer } }: { question: Extract<Question, { kind: 'preview' }> }) {
  const { t, dates } = useWords();
  const { definitions } = useDesk();
  const now = useNow();
  const lines = cascadeLines(cascade, { t, definitions });
  const main = cascade.effects[0];
  const kind: Kind = main?.__typename === 'Trashed' ? 'trash' : main?.__typename === 'TicketStatusChanged' && main.ticketStatus.category === 'CLOSED' ? 'close' : 'change';

  return (
    <Dialog title={t(`preview.title.${kind}`)} onClose={() => answer(false)}>
      <section className="preview">
        <h3>{t('preview.itself')}</h3>
        <CascadeLines lines={lines.filter(({ depth }) => depth === 0)} rules={false} />
        {lines.some(({ depth }) => depth > 0) && (
          <>
            <h3>{t('preview.follows')}</h3>
            <CascadeLines lines={lines.filter(({ depth }) => depth > 0)} rules />
          </>
        )}
      </section>
      {main?.__typename === 'Trashed' && <p className="quiet">{t('preview.purge', { time: dates.relative(main.purgeAt, now) })}</p>}
      {isUndoable(cascade) && <p className="quiet">{t('preview.undoable')}</p>}
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={() => answer(false)}>
          {t('action.cancel')}
        </button>
        <button type="button" className={`button ${kind === 'trash' ? 'is-danger' : 'is-primary'}`} data-focus onClick={() => answer(true)}>
          {t(`preview.go.${kind}`)}
        </button>
      </footer>
    </Dialog>
  );
}
