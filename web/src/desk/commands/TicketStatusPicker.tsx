import { type StatusCategory, UpdateTicketStatusDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { ChangedMark } from '../live/ChangedMark';
import { Picker } from '../ui/Picker';
import { StatusDot } from '../ui/StatusDot';

interface Status {
  readonly id: string;
  readonly name: string;
  readonly category: StatusCategory;
}

interface Props {
  readonly ticket: {
    readonly id: string;
    readonly version: number;
    readonly ticketStatus: Status;
    readonly pipeline: { readonly statuses: readonly Status[] };
  };
  readonly disabled: boolean;
  readonly shortcut?: string;
}

/** Where a ticket stands. What would close or reopen conversations is shown first. */
export function TicketStatusPicker({ ticket, disabled, shortcut }: Props) {
  const { t } = useWords();
  const { commands } = useDesk();
  const { id, version, ticketStatus, pipeline } = ticket;
  // A status that was archived since is no choice, but may still be what it is.
  const known = pipeline.statuses.some((status) => status.id === ticketStatus.id);
  const statuses = known ? pipeline.statuses : [ticketStatus, ...pipeline.statuses];
  return (
    <span className="marked">
      <Picker
        className={`is-${ticketStatus.category.toLowerCase()}`}
        label={t('status.ticket')}
        choices={statuses.map(({ id: value, name, category }) => ({ value, label: name, mark: <StatusDot category={category} /> }))}
        value={ticketStatus.id}
        disabled={disabled}
        onChoose={(statusId) =>
          void commands.run(UpdateTicketStatusDocument, { ticketId: id, statusId, expectedVersion: version }, { preview: 'consequences' })
        }
        {...(shortcut === undefined ? {} : { shortcut })}
      />
      <ChangedMark id={id} what="TicketStatusChanged" />
    </span>
  );
}
