import { useRef, useState } from 'react';
import type { PropertyFragment } from '#generated';
import { useWords } from '../i18n/context';
import { Icon } from '../ui/Icon';
import { PropertyEditor } from './PropertyEditor';
import { shownValue } from './property-value';

interface Props {
  readonly ticket: { readonly id: string; readonly version: number };
  readonly property: PropertyFragment;
  readonly disabled: boolean;
}

/** A property of a ticket: its value, which one click makes a field. */
export function PropertyField({ ticket, property, disabled }: Props) {
  const words = useWords();
  const { t } = words;
  const [editing, setEditing] = useState<{ version: number } | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const { definition } = property;
  const { label, readOnly, required } = definition;
  const value = shownValue(property, words);

  const close = () => {
    setEditing(null);
    requestAnimationFrame(() => button.current?.focus());
  };
  return (
    <div className={`property${editing ? ' is-editing' : ''}`}>
      <dt>
        {label}
        {required && <span aria-hidden="true"> *</span>}
      </dt>
      <dd>
        {editing ? (
          <PropertyEditor ticketId={ticket.id} version={editing.version} property={property} onClose={close} />
        ) : readOnly || disabled ? (
          <span className="property-value" title={readOnly ? t('property.readOnly') : undefined}>
            <Value property={property} text={value} />
            {readOnly && <Icon name="lock" />}
            {readOnly && <span className="sr-only">{t('property.readOnly')}</span>}
          </span>
        ) : (
          <button ref={button} type="button" className="property-value" onClick={() => setEditing({ version: ticket.version })}>
            <span className="sr-only">{t('property.edit', { label })}: </span>
            <Value property={property} text={value} />
            <Icon name="edit" />
          </button>
        )}
      </dd>
    </div>
  );
}

function Value({ property, text }: { property: PropertyFragment; text: string | null }) {
  const { t } = useWords();
  if (text === null || text === '') return <span className="property-empty">{t('property.empty')}</span>;
  if (property.__typename === 'OptionsValue') {
    return (
      <span className="tags">
        {property.options.map(({ value, label }) => (
          <span key={value} className="tag">
            {label}
          </span>
        ))}
      </span>
    );
  }
  return <span className="property-text">{text}</span>;
}
