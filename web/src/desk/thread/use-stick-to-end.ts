import { useEffect, useLayoutEffect, useRef, useState } from 'react';

/** So near to the end one is reading the newest. */
const NEAR_PX = 120;

/**
 * Keeps the end of a list in sight while it grows, unless one has scrolled up to read. What is then put in above
 * does not move what one reads.
 * @param newest Changes with the last item.
 * @param above Changes with what stands above the items that were there.
 */
export function useStickToEnd(newest: string, above: string) {
  const ref = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  /** How far the top of what is in sight is from the end. */
  const fromEnd = useRef(0);
  const [behind, setBehind] = useState(false);
  const note = (element: HTMLElement) => {
    fromEnd.current = element.scrollHeight - element.scrollTop;
  };
  const toEnd = () => {
    if (ref.current) ref.current.scrollTop = ref.current.scrollHeight;
  };

  useLayoutEffect(() => {
    const element = ref.current;
    if (!element || near.current) return;
    element.scrollTop = element.scrollHeight - fromEnd.current;
  }, [above]);
  useLayoutEffect(() => {
    if (near.current) toEnd();
    else setBehind(true);
    if (ref.current) note(ref.current);
  }, [newest]);

  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const onScroll = () => {
      near.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      note(element);
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
