import { useEffect, useRef } from 'react';
import { conversationOf, type Route, withConversation } from '../routes';
import { go } from '../use-route';
import { useShortcut } from '../shell/use-shortcut';

/** So near to the end more rows are asked for, before they are needed. */
const NEAR_END = 10;

/**
 * `j` and `k` open the next and the previous conversation of a list.
 * @param more Brings further rows, if there are any. Who goes past the last one goes on when they are there.
 */
export function useRowKeys(ids: readonly string[], route: Route, more: () => void): void {
  const here = ids.indexOf(conversationOf(route) ?? '');
  // What was closed leaves the list: one goes on from where it was.
  const last = useRef(-1);
  /** The last one, where one wanted to go past it. */
  const waitsAt = useRef<string | null>(null);
  if (here >= 0) last.current = here;

  const open = (step: 1 | -1) => {
    const index = nextIndex(here, last.current, step);
    if (index >= ids.length - NEAR_END) more();
    const next = ids[index];
    waitsAt.current = next === undefined && step === 1 ? conversationOf(route) : null;
    if (next === undefined) return;
    go(withConversation(route, next));
    void document.querySelector(`[data-row="${next}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  useShortcut('j', () => open(1), ids.length > 0);
  useShortcut('k', () => open(-1), ids.length > 0);
  useEffect(() => {
    if (waitsAt.current !== null && waitsAt.current === conversationOf(route)) open(1);
  }, [ids.length]);
}

/**
 * The place to go to in a list.
 * @param here The place of what is open; below 0 if it is not in the list.
 * @param last Its place when it was; below 0 if it never was. What came after it has moved up to there.
 */
export function nextIndex(here: number, last: number, step: 1 | -1): number {
  if (here >= 0) return here + step;
  if (last < 0) return 0;
  return step === 1 ? last : last - 1;
}
