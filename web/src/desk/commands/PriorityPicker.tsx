import { type TicketPriority, UpdateTicketPropertiesDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import type { Choice } from '../ui/Choices';
import { Picker } from '../ui/Picker';

const PRIORITIES: readonly TicketPriority[] = ['URGENT', 'HIGH', 'MEDIUM', 'LOW'];

interface Props {
  readonly ticket: { readonly id: string; readonly version: number; readonly priority: TicketPriority | null };
  readonly disabled: boolean;
}

/** How pressing a ticket is. */
export function PriorityPicker({ ticket, disabled }: Props) {
  const { t } = useWords();
  const { commands } = useDesk();
  const { id: ticketId, version: expectedVersion, priority } = ticket;
  const choices: Choice<TicketPriority | null>[] = [
    ...PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`), mark: <PriorityMark priority={value} /> })),
    { value: null, label: t('priority.none'), mark: <PriorityMark priority={null} /> },
  ];
  return (
    <Picker
      label={t('field.priority')}
      choices={choices}
      value={priority}
      disabled={disabled}
      onChoose={(chosen) => void commands.run(UpdateTicketPropertiesDocument, { ticketId, priority: chosen, expectedVersion })}
    />
  );
}

function PriorityMark({ priority }: { priority: TicketPriority | null }) {
  return (
    <i className={`priority is-${(priority ?? 'none').toLowerCase()}`} aria-hidden="true">
      <b />
      <b />
      <b />
    </i>
  );
}
