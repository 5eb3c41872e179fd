import { useState } from 'react';
import { LinkConversationDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import type { Conversation } from '../thread/ConversationPanes';
import { Icon } from '../ui/Icon';
import { StatusDot } from '../ui/StatusDot';
import { CreateTicketDialog } from './CreateTicketDialog';

/** What stands where a ticket would: the ways to one. */
export function NoTicket({ conversation, disabled }: { conversation: Conversation; disabled: boolean }) {
  const { t } = useWords();
  const { commands } = useDesk();
  const [creating, setCreating] = useState(false);
  const { id: conversationId, version: expectedVersion, contact } = conversation;
  const tickets = contact.tickets.nodes.filter(({ trashedAt }) => trashedAt === null);
  return (
    <section className="card" aria-labelledby="side-ticket">
      <h2 id="side-ticket">{t('side.noTicket')}</h2>
      <p className="quiet">{t('side.noTicketText')}</p>
      {!disabled && (
        <button type="button" className="button" onClick={() => setCreating(true)}>
          <Icon name="plus" /> {t('side.createTicket')}
        </button>
      )}
      {!disabled && tickets.length > 0 && (
        <>
          <h3>{t('side.linkTicket')}</h3>
          <ul className="links">
            {tickets.map(({ id, number, name, ticketStatus }) => (
              <li key={id}>
                <button
                  type="button"
                  onClick={() => void commands.run(LinkConversationDocument, { conversationId, ticketId: id, expectedVersion }, { preview: 'always' })}
                >
                  <StatusDot category={ticketStatus.category} />
                  <span className="links-text">{name}</span>
                  <span className="links-action">{t('side.link', { number })}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {creating && <CreateTicketDialog conversation={conversation} onClose={() => setCreating(false)} />}
    </section>
  );
}
