import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { useStore } from '../store';
import { Dialog } from '../ui/Dialog';
import { actorName } from '../words/actor';
import type { Question } from './commands';
import { PreviewDialog } from './PreviewDialog';

/** What is asked before a change is made. */
export function QuestionDialog() {
  const { commands } = useDesk();
  const question = useStore(commands.question);
  if (!question) return null;
  return question.kind === 'preview' ? <PreviewDialog question={question} /> : <ConflictDialog question={question} />;
}

/** Somebody else changed the same thing first: who, and what one can do now. */
function ConflictDialog({ question: { conflict, answer } }: { question: Extract<Question, { kind: 'conflict' }> }) {
  const { t } = useWords();
  const name = conflict.changedBy ? actorName(conflict.changedBy, t) : t('conflict.somebody');
  return (
    <Dialog title={t('conflict.title')} onClose={() => answer(false)}>
      <p>{t('conflict.text', { name })}</p>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={() => answer(true)}>
          {t('conflict.apply')}
        </button>
        <button type="button" className="button is-primary" data-focus onClick={() => answer(false)}>
          {t('conflict.leave')}
        </button>
      </footer>
    </Dialog>
  );
}
