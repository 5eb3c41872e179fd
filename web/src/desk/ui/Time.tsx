import { useSyncExternalStore } from 'react';
import { useWords } from '../i18n/context';

const TICK_MS = 20_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present, which moves on every few seconds for all that show how long ago something was. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** A moment: short for lists, or as the time that has passed; in full in its title. */
export function Time({ at, form }: { at: string; form: 'short' | 'relative' | 'clock' }) {
  const { dates } = useWords();
  // What came after the last tick has just happened; it does not lie ahead.
  const present = Math.max(useNow(), Math.min(Date.parse(at), Date.now()));
  const text = form === 'clock' ? dates.clock(at) : dates[form](at, present);
  return (
    <time dateTime={at} title={dates.moment(at)}>
      {text}
    </time>
  );
}
