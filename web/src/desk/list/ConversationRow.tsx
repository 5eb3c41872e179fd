import { memo, type ReactNode } from 'react';
import type { ConversationRowFragment } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { useMark } from '../live/marks';
import { Avatar } from '../ui/Avatar';
import { Icon } from '../ui/Icon';
import { StatusDot } from '../ui/StatusDot';
import { Time } from '../ui/Time';
import { actorName, contactName } from '../words/actor';

interface Props {
  readonly conversation: ConversationRowFragment;
  /** The screen that it opens on; text, so that rows that stay as they are need not be drawn again. */
  readonly href: string;
  readonly current: boolean;
  /** What stands in place of the last message. */
  readonly children?: ReactNode;
}

/** A conversation in a list: who, about what, the last word, and where it stands. */
export const ConversationRow = memo(function ConversationRow({ conversation, href, current, children }: Props) {
  const { t } = useWords();
  const { marks } = useDesk();
  const { id, contact, subject, channel, owner, ticket, lastMessage, lastActivityAt } = conversation;
  const mark = useMark(marks, id);
  const name = contactName(contact, t);
  const noted = mark !== null && !current;

  return (
    <li data-row={id} className={`row${current ? ' is-current' : ''}${mark?.fresh ? ' is-fresh' : ''}${noted ? ' is-noted' : ''}`}>
      <a href={href} aria-current={current ? 'true' : undefined}>
        <Avatar id={contact.id} name={name} contact />
        <span className="row-main">
          <span className="row-line">
            <strong className="row-name">{name}</strong>
            {noted && (
              <span className="row-mark" title={t('list.changed', { name: actorName(mark.by, t) })}>
                <span className="sr-only">{t('list.changed', { name: actorName(mark.by, t) })}</span>
              </span>
            )}
            <span className="row-time">
              <Icon name={channel.kind} />
              <span className="sr-only">{t(`channel.${channel.kind}`)}</span>
              <Time at={lastActivityAt} form="short" />
            </span>
          </span>
          <span className="row-line">
            <span className="row-subject">{subject ?? t('row.noSubject')}</span>
            {ticket && <TicketChip ticket={ticket} />}
          </span>
          <span className="row-line">
            <span className={`row-excerpt${children ? ' is-found' : ''}`}>{children ?? (lastMessage ? <LastMessage message={lastMessage} /> : t('row.noMessage'))}</span>
            {owner && <Avatar id={owner.id} name={owner.name} size="small" />}
            <span className="sr-only">
              {t('owner.label')}: {owner?.name ?? t('owner.nobody')}
            </span>
          </span>
        </span>
      </a>
    </li>
  );
});

/** The ticket by its number, in red if it is urgent. */
function TicketChip({ ticket }: { ticket: NonNullable<ConversationRowFragment['ticket']> }) {
  const { t } = useWords();
  const { number, ticketStatus, priority } = ticket;
  const urgent = priority === 'URGENT' && ticketStatus.category === 'OPEN';
  const words = [t('kind.ticket', { number }), ticketStatus.name, ...(urgent ? [t('priority.URGENT')] : [])].join(', ');
  return (
    <span className={`chip${urgent ? ' is-urgent' : ''}`} title={words}>
      <StatusDot category={ticketStatus.category} />
      <span aria-hidden="true">#{number}</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}

/** As much of a message as a row has room for. */
const EXCERPT = 160;

function LastMessage({ message }: { message: NonNullable<ConversationRowFragment['lastMessage']> }) {
  const { t } = useWords();
  const { viewer } = useDesk();
  const { kind, author, text } = message;
  const own = author.__typename === 'User' && author.id === viewer.user.id;
  const from = own ? t('row.you') : author.__typename === 'User' ? `${author.name.split(' ')[0]}: ` : '';
  return (
    <>
      {kind === 'NOTE' ? t('row.note') : from}
      {text.slice(0, EXCERPT)}
    </>
  );
}
