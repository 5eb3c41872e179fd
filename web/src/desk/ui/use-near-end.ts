import { useEffect, useRef } from 'react';

/** How long before an end comes into sight what follows is fetched. */
const AHEAD = '900px';

/**
 * Calls for more as soon as an element is about to be scrolled into sight, and again for as long as it is.
 * @param length How much there is already; where it grew and the element is still in sight, more is called for.
 * @param enabled Whether there may be more.
 */
export function useNearEnd<Target extends HTMLElement>(more: () => void, length: number, enabled: boolean) {
  const end = useRef<Target>(null);
  const latest = useRef(more);
  useEffect(() => {
    latest.current = more;
  });
  useEffect(() => {
    const element = end.current;
    if (!enabled || !element) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.at(-1)?.isIntersecting) latest.current();
      },
      { root: scrollerOf(element), rootMargin: `${AHEAD} 0px` },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [length, enabled]);
  return end;
}

/** What an element is scrolled in: margins around the whole window would be cut off by it. */
function scrollerOf(element: HTMLElement): HTMLElement | null {
  for (let each = element.parentElement; each; each = each.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(each).overflowY)) return each;
  }
  return null;
}
