import { useWords } from '../i18n/context';
import { hrefOf, type Route } from '../routes';
import type { Conversation } from '../thread/ConversationPanes';
import { usePreviousConversations } from '../thread/use-more-conversations';
import { MoreButton } from '../ui/ListEnd';
import { StatusDot } from '../ui/StatusDot';
import { Time } from '../ui/Time';

interface Props {
  readonly conversation: Conversation;
  readonly routeTo: (id: string) => Route;
}

/** What else this contact has written about, most recent first. */
export function PreviousConversations({ conversation, routeTo }: Props) {
  const { t } = useWords();
  const { conversations, state, more } = usePreviousConversations(conversation);
  return (
    <section className="card" aria-labelledby="side-previous">
      <h2 id="side-previous">{t('side.previous')}</h2>
      {conversations.length === 0 && <p className="quiet">{t('side.noPrevious')}</p>}
      <ul className="links">
        {conversations.map(({ id, subject, status, lastActivityAt }) => (
          <li key={id}>
            <a href={hrefOf(routeTo(id))}>
              <StatusDot category={status} />
              <span className="links-text">{subject ?? t('row.noSubject')}</span>
              <span className="sr-only">{t(`status.${status}`)}</span>
              <Time at={lastActivityAt} form="short" />
            </a>
          </li>
        ))}
      </ul>
      <MoreButton state={state} onMore={more} />
    </section>
  );
}
