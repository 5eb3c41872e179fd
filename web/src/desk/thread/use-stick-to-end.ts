import { useEffect, useLayoutEffect, useRef, useState } from 'react';

/** So near to the end one is reading the newest. */
const NEAR_PX = 120;

/**
 * Keeps the end of a list in sight while it grows, unless one has scrolled up to read.
 * @param length How many items there are.
 */
export function useStickToEnd(length: number) {
  const ref = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  const [behind, setBehind] = useState(false);
  const toEnd = () => {
    if (ref.current) ref.current.scrollTop = ref.current.scrollHeight;
  };

  useLayoutEffect(() => {
    if (near.current) toEnd();
    else setBehind(true);
  }, [length]);

  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const onScroll = () => {
      near.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      if (near.current) setBehind(false);
    };
    // The editor below grows and shrinks.
    const resized = new ResizeObserver(() => near.current && toEnd());
    resized.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);
  return { ref, behind, toEnd };
}
