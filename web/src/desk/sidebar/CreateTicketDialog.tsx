import { type FormEvent, useId, useState } from 'react';
import { CreateTicketDocument, type PropertyInput as PropertyInputType } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { type Draft, inputOf, NotANumber } from '../properties/property-value';
import { PropertyInput } from '../properties/PropertyInput';
import type { Conversation } from '../thread/ConversationPanes';
import { Dialog } from '../ui/Dialog';
import { FieldError } from '../ui/FieldError';

/** Makes a ticket of a conversation: its name, and the properties that the account asks for. */
export function CreateTicketDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { t } = useWords();
  const { commands, definitions } = useDesk();
  const required = definitions.filter((definition) => definition.required && !definition.readOnly);
  const [name, setName] = useState(conversation.subject ?? '');
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const [problem, setProblem] = useState<{ text: string; fromServer: boolean } | null>(null);
  const [saving, setSaving] = useState(false);
  const id = useId();
  const draft = (type: string, key: string): Draft => drafts[key] ?? (type === 'MULTI_ENUMERATION' ? [] : '');

  const create = async () => {
    let properties: PropertyInputType[];
    try {
      properties = required.map((each) => ({ name: each.name, value: inputOf(each, draft(each.type, each.name)) }));
    } catch (error) {
      if (!(error instanceof NotANumber)) throw error;
      return setProblem({ text: t('property.number'), fromServer: false });
    }
    setSaving(true);
    const input = { conversationId: conversation.id, expectedVersion: conversation.version, properties, ...(name.trim() ? { name: name.trim() } : {}) };
    const outcome = await commands.run(CreateTicketDocument, input, { ownErrors: true });
    setSaving(false);
    if (outcome.done || outcome.reason === 'conflict') onClose();
    else if (outcome.reason === 'refused') setProblem({ text: outcome.errors.map(({ message }) => message).join(' '), fromServer: true });
  };
  return (
    <Dialog title={t('create.title')} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void create();
        }}
      >
        <label htmlFor={`${id}-name`}>{t('create.name')}</label>
        <input id={`${id}-name`} className="field" data-focus value={name} onChange={({ target }) => setName(target.value)} aria-describedby={`${id}-error`} />
        {required.map((definition) => (
          <div key={definition.name} className="form-field">
            <label htmlFor={`${id}-${definition.name}`}>{definition.label} *</label>
            <PropertyInput
              definition={definition}
              draft={draft(definition.type, definition.name)}
              onChange={(next) => setDrafts({ ...drafts, [definition.name]: next })}
              id={`${id}-${definition.name}`}
              errorId={`${id}-error`}
              invalid={problem !== null}
            />
          </div>
        ))}
        <FieldError id={`${id}-error`} problem={problem} />
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            {t('action.cancel')}
          </button>
          <button type="submit" className="button is-primary" disabled={saving}>
            {t('create.submit')}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
