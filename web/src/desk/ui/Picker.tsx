import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type Choice, Choices } from './Choices';
import { Icon } from './Icon';

interface Props<Value> {
  /** What is being chosen, said before the present choice. */
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
  readonly disabled?: boolean;
  /** With a field to narrow the choices down, by this label. */
  readonly filter?: string;
  /** What the button shows; left out: the present choice. */
  readonly children?: ReactNode;
  readonly className?: string;
  /** A name by which a shortcut finds the button. */
  readonly shortcut?: string;
}

/** A button with the present choice, and below it the others. */
export function Picker<Value extends string | null>(props: Props<Value>) {
  const { label, choices, value, onChoose, disabled = false, filter, children, className = '', shortcut } = props;
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const present = choices.find((choice) => choice.value === value);
  const close = (refocus: boolean) => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };

  useEffect(() => {
    if (!open) return;
    const elsewhere = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', elsewhere);
    return () => document.removeEventListener('pointerdown', elsewhere);
  }, [open]);

  return (
    <div className={`picker ${className}`} ref={root}>
      <button
        ref={button}
        type="button"
        className="picker-button"
        aria-haspopup="listbox"
        aria-expanded={open}
        title={label}
        disabled={disabled}
        data-shortcut={shortcut}
        onClick={() => setOpen(!open)}
      >
        <span className="sr-only">{label}: </span>
        {children ? (
          <>
            {children}
            <span className="sr-only">{present?.label}</span>
          </>
        ) : (
          <>
            {present?.mark}
            <span className="picker-text">{present?.label ?? '–'}</span>
            {!disabled && <Icon name="chevron" />}
          </>
        )}
      </button>
      {open && (
        <Choices
          label={label}
          filter={filter}
          choices={choices}
          value={value}
          onClose={() => close(true)}
          onChoose={(chosen) => {
            close(true);
            if (chosen !== value) onChoose(chosen);
          }}
        />
      )}
    </div>
  );
}
