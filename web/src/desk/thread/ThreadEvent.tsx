import type { CascadeWordsFragment } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { Time } from '../ui/Time';
import { isTold } from './thread-items';
import { actorName } from '../words/actor';
import { cascadeSummary } from '../words/cascade';

interface Props {
  /** The conversation of the thread. */
  readonly conversationId: string;
  readonly cascade: CascadeWordsFragment;
  /** Whether it happened while one looked. */
  readonly isNew: boolean;
}

/** What somebody did in between, with all that followed from it, in one line. */
export function ThreadEvent({ conversationId, cascade, isNew }: Props) {
  const { t } = useWords();
  const { definitions, viewer } = useDesk();
  const { actor, effects, occurredAt, undoneBy } = cascade;
  const told = effects.filter(isTold);
  const fromOthers = isNew && !(actor.__typename === 'User' && actor.id === viewer.user.id);
  return (
    <p className={`event${fromOthers ? ' is-new' : ''}${undoneBy ? ' is-undone' : ''}`}>
      <strong>{actorName(actor, t)}</strong> <span className="event-text">{cascadeSummary({ effects: told }, { t, definitions }, conversationId)}</span>
      {undoneBy && <em>{t('record.undone')}</em>} <Time at={occurredAt} form="clock" />
    </p>
  );
}
