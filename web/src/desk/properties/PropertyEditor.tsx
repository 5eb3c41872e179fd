import { type FormEvent, type KeyboardEvent, useId, useState } from 'react';
import { type PropertyFragment, type PropertyInputValue, UpdateTicketPropertiesDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { FieldError } from '../ui/FieldError';
import { draftOf, inputOf, NotANumber } from './property-value';
import { PropertyInput } from './PropertyInput';

interface Props {
  readonly ticketId: string;
  /** Of the ticket as it was when editing began. */
  readonly version: number;
  readonly property: PropertyFragment;
  readonly onClose: () => void;
}

/** Edits one property where it stands; what the server refuses it says here. */
export function PropertyEditor({ ticketId, version, property, onClose }: Props) {
  const { t } = useWords();
  const { commands } = useDesk();
  const [draft, setDraft] = useState(() => draftOf(property));
  const [problem, setProblem] = useState<{ text: string; fromServer: boolean } | null>(null);
  const [saving, setSaving] = useState(false);
  const id = useId();
  const { definition } = property;

  const save = async () => {
    let value: PropertyInputValue | null;
    try {
      value = inputOf(definition, draft);
    } catch (error) {
      if (!(error instanceof NotANumber)) throw error;
      return setProblem({ text: t('property.number'), fromServer: false });
    }
    setSaving(true);
    const input = { ticketId, expectedVersion: version, properties: [{ name: definition.name, value }] };
    const outcome = await commands.run(UpdateTicketPropertiesDocument, input, { ownErrors: true });
    setSaving(false);
    if (outcome.done || outcome.reason === 'conflict') return onClose();
    if (outcome.reason === 'refused') setProblem({ text: outcome.errors.map(({ message }) => message).join(' '), fromServer: true });
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void save();
    }
  };
  return (
    <form className="property-editor" onSubmit={onSubmit} onKeyDown={onKeyDown}>
      <PropertyInput definition={definition} draft={draft} onChange={setDraft} id={`${id}-input`} errorId={`${id}-error`} invalid={problem !== null} autoFocus />
      <FieldError id={`${id}-error`} problem={problem} />
      <div className="property-actions">
        <button type="submit" className="button is-primary is-small" disabled={saving}>
          {t('action.save')}
        </button>
        <button type="button" className="button is-ghost is-small" onClick={onClose}>
          {t('action.cancel')}
        </button>
      </div>
    </form>
  );
}
