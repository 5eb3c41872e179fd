import { useWords } from '../i18n/context';
import { hrefOf } from '../routes';
import { Icon } from '../ui/Icon';

interface Props {
  readonly ticket: { readonly id: string; readonly number: number; readonly name: string };
  readonly shortcut?: string;
}

/** A ticket's name, which leads to its record in a tab of its own. */
export function TicketLink({ ticket, shortcut }: Props) {
  const { t } = useWords();
  const { id, number, name } = ticket;
  return (
    <a
      className="ticket-link"
      href={hrefOf({ screen: 'ticket', ticketId: id })}
      target="_blank"
      rel="noreferrer"
      title={name}
      data-shortcut={shortcut}
    >
      <span className="ticket-number">#{number}</span>
      <span className="ticket-name">{name}</span>
      <Icon name="external" />
      <span className="sr-only">{t('ticket.record')}</span>
    </a>
  );
}
