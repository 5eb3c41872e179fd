import type { DefinitionFragment } from '#generated';
import { useWords } from '../i18n/context';
import type { Draft } from './property-value';

interface Props {
  readonly definition: DefinitionFragment;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly id: string;
  /** The element that says what is wrong. */
  readonly errorId: string;
  readonly invalid: boolean;
  readonly autoFocus?: boolean;
}

/** The field for a property, by its type. */
export function PropertyInput({ definition, draft, onChange, id, errorId, invalid, autoFocus = false }: Props) {
  const { t } = useWords();
  const { type, options, label } = definition;
  const common = { id, autoFocus, className: 'field', 'aria-label': label, 'aria-invalid': invalid, 'aria-describedby': errorId };
  if (typeof draft !== 'string') {
    return (
      <fieldset className="checks" id={id} aria-describedby={errorId}>
        <legend className="sr-only">{label}</legend>
        {options.map(({ value, label: name }, index) => (
          <label key={value}>
            <input
              type="checkbox"
              autoFocus={autoFocus && index === 0}
              checked={draft.includes(value)}
              onChange={({ target }) => onChange(target.checked ? [...draft, value] : draft.filter((each) => each !== value))}
            />
            {name}
          </label>
        ))}
      </fieldset>
    );
  }
  const onText = ({ target }: { target: { value: string } }) => onChange(target.value);
  switch (type) {
    case 'ENUMERATION':
    case 'BOOLEAN': {
      const yesNo = [
        { value: 'true', label: t('property.yes') },
        { value: 'false', label: t('property.no') },
      ];
      return (
        <select {...common} value={draft} onChange={onText}>
          <option value="">–</option>
          {(type === 'BOOLEAN' ? yesNo : options).map(({ value, label: name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      );
    }
    case 'TEXT':
      return <textarea {...common} rows={4} value={draft} onChange={onText} />;
    case 'DATE':
      return <input {...common} type="date" value={draft} onChange={onText} />;
    case 'DATETIME':
      return <input {...common} type="datetime-local" value={draft} onChange={onText} />;
    default:
      return <input {...common} type="text" inputMode={type === 'NUMBER' ? 'decimal' : 'text'} value={draft} onChange={onText} />;
  }
}
