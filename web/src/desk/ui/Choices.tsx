import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './Icon';

/** One of several to choose from. */
export interface Choice<Value> {
  readonly value: Value;
  readonly label: string;
  /** Stands before the label. */
  readonly mark?: ReactNode;
}

interface Props<Value> {
  readonly label: string;
  readonly filter: string | undefined;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
  readonly onClose: () => void;
}

/** The list that a picker opens: gone through by keys, narrowed down by typing. */
export function Choices<Value extends string | null>({ label, filter, choices, value, onChoose, onClose }: Props<Value>) {
  const [text, setText] = useState('');
  const shown = choices.filter((choice) => choice.label.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase()));
  const [active, setActive] = useState(() => Math.max(0, choices.findIndex((choice) => choice.value === value)));
  const focused = useRef<HTMLElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  useEffect(() => focused.current?.focus(), []);
  useEffect(() => {
    // Newer browsers return a promise, which is no way to clean up.
    void list.current?.querySelector('.is-active')?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setActive((active + step + shown.length) % Math.max(1, shown.length));
    else if (event.key === 'Home') setActive(0);
    else if (event.key === 'End') setActive(shown.length - 1);
    else if (event.key === 'Enter' || (event.key === ' ' && filter === undefined)) {
      const chosen = shown[active];
      if (chosen) onChoose(chosen.value);
    } else if (event.key === 'Escape' || event.key === 'Tab') onClose();
    else return;
    event.stopPropagation();
    if (event.key !== 'Tab') event.preventDefault();
  };

  const activeId = shown[active] ? `${id}-${active}` : undefined;
  const focusable = (element: HTMLElement | null) => {
    focused.current = element;
  };
  return (
    <div className="picker-list" onKeyDown={onKeyDown}>
      {filter !== undefined && (
        <input
          ref={focusable}
          className="picker-filter"
          role="combobox"
          aria-expanded="true"
          aria-label={filter}
          aria-controls={id}
          aria-activedescendant={activeId}
          placeholder={filter}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
        />
      )}
      <ul
        id={id}
        ref={(element) => {
          list.current = element;
          if (filter === undefined) focusable(element);
        }}
        role="listbox"
        aria-label={label}
        tabIndex={filter === undefined ? 0 : -1}
        aria-activedescendant={activeId}
      >
        {shown.map((choice, index) => (
          <li
            key={choice.value ?? 'none'}
            id={`${id}-${index}`}
            role="option"
            aria-selected={choice.value === value}
            className={index === active ? 'is-active' : ''}
            onPointerMove={() => setActive(index)}
            onClick={() => onChoose(choice.value)}
          >
            {choice.mark}
            <span className="picker-text">{choice.label}</span>
            {choice.value === value && <Icon name="check" />}
          </li>
        ))}
      </ul>
    </div>
  );
}
