import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import type { Route } from '../routes';
import type { Conversation } from '../thread/ConversationPanes';
import { Icon } from '../ui/Icon';
import { ContactCard } from './ContactCard';
import { DetailsPanel } from './DetailsPanel';
import { NoTicket } from './NoTicket';
import { PreviousConversations } from './PreviousConversations';
import { TicketCard } from './TicketCard';

interface Props {
  readonly conversation: Conversation;
  readonly routeTo: (id: string) => Route;
  readonly onClose: () => void;
  /** Fetches it all again. */
  readonly onRefetch: () => void;
}

/** What belongs to the open conversation: its ticket, its contact, and what was before. */
export function Sidebar({ conversation, routeTo, onClose, onRefetch }: Props) {
  const { t } = useWords();
  const { mayWrite } = useDesk();
  const { ticket, contact, trashedAt } = conversation;
  const mayChange = mayWrite && trashedAt === null;
  return (
    <section className="pane side" aria-label={t('side.label')}>
      <button type="button" className="button is-ghost is-icon side-close" aria-label={t('action.close')} onClick={onClose}>
        <Icon name="close" />
      </button>
      {ticket ? (
        <>
          <TicketCard ticket={ticket} disabled={!mayChange} conversationId={conversation.id} routeTo={routeTo} />
          <DetailsPanel ticket={ticket} disabled={!mayChange} onChosen={onRefetch} />
        </>
      ) : (
        <NoTicket conversation={conversation} disabled={!mayChange} />
      )}
      <ContactCard contact={contact} />
      <PreviousConversations conversation={conversation} routeTo={routeTo} />
    </section>
  );
}
