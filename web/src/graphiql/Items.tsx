import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { ItemLog } from './item-log';

/** Below the response: all items of the running subscription, of which the response is the latest. */
export function Items({ log }: { log: ItemLog }) {
  const { count, lines } = useSyncExternalStore(log.subscribe, log.snapshot);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines]);
  if (count === 0) return null;
  return (
    <section className="items" aria-label="Items of this subscription">
      <h3>{count === 1 ? '1 item' : `${count} items`} so far</h3>
      <ol ref={list} start={count - lines.length + 1}>
        {lines.map((line, index) => (
          <li key={count - lines.length + index} title={line}>
            <code>{line}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}
