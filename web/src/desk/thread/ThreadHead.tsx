import { ClaimConversationDocument, UpdateConversationStatusDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { Icon } from '../ui/Icon';
import { contactName } from '../words/actor';
import type { Conversation } from './ConversationPanes';
import { ConversationActions } from './ConversationActions';
import { ConversationOwner } from '../commands/OwnerPickers';
import { TicketStatusPicker } from '../commands/TicketStatusPicker';
import { TicketLink } from '../ticket/TicketLink';

interface Props {
  readonly conversation: Conversation;
  readonly onBack: () => void;
  readonly onSide: () => void;
}

/** Who writes about what; the ticket with its status; the owner; and what can be done. */
export function ThreadHead({ conversation, onBack, onSide }: Props) {
  const { t } = useWords();
  const { commands, mayWrite } = useDesk();
  const { id, subject, contact, channel, inbox, ticket, owner, status, version, trashedAt } = conversation;
  const mayChange = mayWrite && trashedAt === null;
  const closed = status === 'CLOSED';
  const switchStatus = () =>
    void commands.run(UpdateConversationStatusDocument, { conversationId: id, status: closed ? 'OPEN' : 'CLOSED', expectedVersion: version }, { preview: 'consequences' });

  return (
    <header className="thread-head">
      <div className="thread-title">
        <button type="button" className="button is-ghost is-icon thread-back" aria-label={t('action.back')} onClick={onBack}>
          <Icon name="back" />
        </button>
        <h1>{subject ?? t('row.noSubject')}</h1>
        <div className="thread-actions">
          {mayChange && owner === null && (
            <button type="button" className="button is-small" onClick={() => void commands.run(ClaimConversationDocument, { conversationId: id })}>
              {t('conversation.claim')}
            </button>
          )}
          {mayChange && (
            <button type="button" className="button is-small" data-shortcut="close" onClick={switchStatus}>
              <Icon name={closed ? 'reopen' : 'check'} />
              <span className="thread-action-text">{t(closed ? 'conversation.reopen' : 'conversation.close')}</span>
            </button>
          )}
          {mayChange && <ConversationActions conversation={conversation} />}
          <button type="button" className="button is-ghost is-icon thread-side" aria-label={t('thread.details')} onClick={onSide}>
            <Icon name="panel" />
          </button>
        </div>
      </div>
      <p className="thread-about">
        <span>{contactName(contact, t)}</span>
        <span>
          <Icon name={channel.kind} /> {channel.name}
        </span>
        <span>
          <Icon name="inbox" /> {inbox.name}
        </span>
      </p>
      <div className="thread-facts">
        <span className={`state is-${status.toLowerCase()}`}>{t(`status.${status}`)}</span>
        <ConversationOwner conversation={conversation} disabled={!mayChange} shortcut="owner" />
        {ticket && (
          <span className="thread-ticket">
            <TicketLink ticket={ticket} shortcut="record" />
            <TicketStatusPicker ticket={ticket} disabled={!mayChange} shortcut="status" />
          </span>
        )}
      </div>
    </header>
  );
}
