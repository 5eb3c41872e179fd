import { type FormEvent, useId, useState } from 'react';
import { UpdateTicketPropertiesDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { FieldError } from '../ui/FieldError';
import { Icon } from '../ui/Icon';

interface Props {
  readonly ticket: { readonly id: string; readonly name: string; readonly version: number };
  readonly disabled: boolean;
}

/** The name of a ticket, which one click makes a field. */
export function TicketName({ ticket, disabled }: Props) {
  const { t } = useWords();
  const [editing, setEditing] = useState<{ version: number } | null>(null);
  if (editing) return <NameEditor ticket={ticket} version={editing.version} onClose={() => setEditing(null)} />;
  return (
    <>
      <h1 className="record-name">{ticket.name}</h1>
      {!disabled && (
        <button type="button" className="button is-ghost is-icon" aria-label={t('record.rename')} title={t('record.rename')} onClick={() => setEditing({ version: ticket.version })}>
          <Icon name="edit" />
        </button>
      )}
    </>
  );
}

function NameEditor({ ticket, version, onClose }: { ticket: Props['ticket']; version: number; onClose: () => void }) {
  const { t } = useWords();
  const { commands } = useDesk();
  const [name, setName] = useState(ticket.name);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const outcome = await commands.run(UpdateTicketPropertiesDocument, { ticketId: ticket.id, name, expectedVersion: version }, { ownErrors: true });
    if (outcome.done || outcome.reason === 'conflict') onClose();
    else if (outcome.reason === 'refused') setProblem(outcome.errors.map(({ message }) => message).join(' '));
  };
  return (
    <form className="record-rename" onSubmit={(event) => void save(event)} onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <input className="field" autoFocus aria-label={t('field.name')} aria-invalid={problem !== null} aria-describedby={id} value={name} onChange={({ target }) => setName(target.value)} />
      <button type="submit" className="button is-primary">
        {t('action.save')}
      </button>
      <button type="button" className="button is-ghost" onClick={onClose}>
        {t('action.cancel')}
      </button>
      <FieldError id={id} problem={problem === null ? null : { text: problem, fromServer: true }} />
    </form>
  );
}
