import { useState } from 'react';
import type { TicketPanelFragment } from '#generated';
import { useWords } from '../i18n/context';
import { PropertyField } from '../properties/PropertyField';
import { Icon } from '../ui/Icon';
import { DetailsDialog } from './DetailsDialog';

interface Props {
  readonly ticket: TicketPanelFragment;
  readonly disabled: boolean;
  /** Other properties are to be shown from now on. */
  readonly onChosen: () => void;
}

/** The properties that the viewer chose to see of every ticket. */
export function DetailsPanel({ ticket, disabled, onChosen }: Props) {
  const { t } = useWords();
  const [choosing, setChoosing] = useState(false);
  return (
    <section className="card" aria-labelledby="side-details">
      <div className="card-head">
        <h2 id="side-details">{t('side.details')}</h2>
        <button type="button" className="button is-ghost is-icon" aria-label={t('side.editDetails')} title={t('side.editDetails')} onClick={() => setChoosing(true)}>
          <Icon name="settings" />
        </button>
      </div>
      {ticket.details.length === 0 && <p className="quiet">{t('side.noDetails')}</p>}
      <dl className="properties">
        {ticket.details.map((property) => (
          <PropertyField key={property.definition.name} ticket={ticket} property={property} disabled={disabled} />
        ))}
      </dl>
      {choosing && <DetailsDialog onSaved={onChosen} onClose={() => setChoosing(false)} />}
    </section>
  );
}
