import { useEffect, useRef } from 'react';

/**
 * Listens for a single key while nobody is typing and no dialog is open.
 * @param key As `KeyboardEvent.key` has it.
 * @param enabled Whether it has a meaning now.
 */
export function useShortcut(key: string, handler: () => void, enabled = true): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => {
    if (!enabled) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== key || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.repeat && key.length === 1 && !'jk'.includes(key)) return;
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [key, enabled]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select, [role=listbox]');
}

/** Opens the control that a shortcut belongs to, where it is on the screen. */
export function clickShortcut(name: string): void {
  const control = [...document.querySelectorAll<HTMLElement>(`[data-shortcut="${name}"]`)].find((each) => each.offsetParent !== null);
  control?.click();
}
