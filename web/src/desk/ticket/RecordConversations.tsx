import { useWords } from '../i18n/context';
import { hrefOf, HOME, withConversation } from '../routes';
import { Avatar } from '../ui/Avatar';
import { Icon } from '../ui/Icon';
import { Time } from '../ui/Time';
import { contactName } from '../words/actor';
import type { TicketOfRecord } from './Record';

/** The conversations of a ticket, each of which opens in the desk. */
export function RecordConversations({ conversations }: { conversations: TicketOfRecord['conversations']['nodes'] }) {
  const { t } = useWords();
  return (
    <section className="card" aria-labelledby="record-conversations">
      <h2 id="record-conversations">{t('record.conversations')}</h2>
      <ul className="links is-large">
        {conversations.map(({ id, subject, contact, status, channel, lastActivityAt }) => {
          const name = contactName(contact, t);
          return (
            <li key={id}>
              <a href={hrefOf(withConversation(HOME, id))}>
                <Avatar id={contact.id} name={name} contact size="small" />
                <span className="links-text">
                  <strong>{name}</strong>
                  <span>{subject ?? t('row.noSubject')}</span>
                </span>
                <Icon name={channel.kind} />
                <span className={`state is-${status.toLowerCase()}`}>{t(`status.${status}`)}</span>
                <Time at={lastActivityAt} form="short" />
              </a>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
