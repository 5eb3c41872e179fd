import { type TicketScreenQuery, TrashTicketDocument } from '#generated';
import { TicketOwner } from '../commands/OwnerPickers';
import { PriorityPicker } from '../commands/PriorityPicker';
import { TicketStatusPicker } from '../commands/TicketStatusPicker';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { PropertyField } from '../properties/PropertyField';
import { ScreenHead } from '../shell/ScreenHead';
import { RestoreBar } from '../trash/RestoreBar';
import { Icon } from '../ui/Icon';
import { Time } from '../ui/Time';
import { History } from './History';
import { RecordConversations } from './RecordConversations';
import { TicketName } from './TicketName';

export type TicketOfRecord = NonNullable<TicketScreenQuery['ticket']>;

/** Everything about a ticket: where it stands, all of its properties, its conversations, and all that happened to it. */
export function Record({ ticket, onNavigation }: { ticket: TicketOfRecord; onNavigation: () => void }) {
  const { t } = useWords();
  const { commands, mayWrite } = useDesk();
  const { id, number, version, trashedAt, pipeline } = ticket;
  const mayChange = mayWrite && trashedAt === null;
  const trash = () => void commands.run(TrashTicketDocument, { ticketId: id, expectedVersion: version }, { preview: 'always' });
  return (
    <main className="pane record" aria-label={t('record.label')}>
      <ScreenHead onNavigation={onNavigation}>
        <span className="record-number">#{number}</span>
        <TicketName ticket={ticket} disabled={!mayChange} />
        {mayChange && (
          <button type="button" className="button is-ghost is-icon" aria-label={t('record.trash')} title={t('record.trash')} onClick={trash}>
            <Icon name="trash" />
          </button>
        )}
      </ScreenHead>
      {trashedAt !== null && <RestoreBar id={id} text={t('record.trashed')} />}
      <div className="record-scroll">
        <dl className="record-facts">
          <Fact name={t('field.status')}>
            <TicketStatusPicker ticket={ticket} disabled={!mayChange} />
          </Fact>
          <Fact name={t('owner.label')}>
            <TicketOwner ticket={ticket} disabled={!mayChange} />
          </Fact>
          <Fact name={t('field.priority')}>
            <PriorityPicker ticket={ticket} disabled={!mayChange} />
          </Fact>
          <Fact name={t('field.pipeline')}>{pipeline.name}</Fact>
          <Fact name={t('field.created')}>
            <Time at={ticket.createdAt} form="relative" />
          </Fact>
          <Fact name={t('field.activity')}>
            <Time at={ticket.lastActivityAt} form="relative" />
          </Fact>
        </dl>
        <div className="record-columns">
          <div>
            <section className="card" aria-labelledby="record-properties">
              <h2 id="record-properties">{t('record.properties')}</h2>
              <dl className="properties">
                {ticket.properties.map((property) => (
                  <PropertyField key={property.definition.name} ticket={ticket} property={property} disabled={!mayChange} />
                ))}
              </dl>
            </section>
            <RecordConversations ticket={ticket} />
          </div>
          <History ticketId={id} timeline={ticket.timeline} />
        </div>
      </div>
    </main>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
