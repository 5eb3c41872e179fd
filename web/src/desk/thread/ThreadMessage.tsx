import type { ThreadMessageFragment } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { Avatar } from '../ui/Avatar';
import { Icon } from '../ui/Icon';
import { Time } from '../ui/Time';
import { actorName } from '../words/actor';

interface Props {
  readonly message: ThreadMessageFragment;
  /** Whether it goes on from the one above, under the same name. */
  readonly continues: boolean;
  /** Whether it came while one looked. */
  readonly isNew: boolean;
}

/** What the contact wrote, a colleague answered, or somebody noted. */
export function ThreadMessage({ message, continues, isNew }: Props) {
  const { t } = useWords();
  const { viewer } = useDesk();
  const { kind, author, text, createdAt } = message;
  const name = actorName(author, t);
  const id = 'id' in author ? author.id : 'system';
  const fromOthers = isNew && id !== viewer.user.id;
  return (
    <article className={`message is-${kind.toLowerCase()}${continues ? ' is-continued' : ''}${fromOthers ? ' is-new' : ''}`}>
      <Avatar id={id} name={name} contact={kind === 'INCOMING'} />
      <div className="message-body">
        <p className={continues ? 'sr-only' : 'message-head'}>
          <strong>{name}</strong>
          {kind === 'NOTE' && (
            <span className="message-kind">
              <Icon name="note" /> {t('thread.note')}
            </span>
          )}
          <Time at={createdAt} form="clock" />
          {fromOthers && <span className="sr-only">{t('mark.new', { name })}</span>}
        </p>
        <p className="message-text">{text}</p>
      </div>
    </article>
  );
}
