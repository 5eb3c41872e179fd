import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { type ConversationFilter, CountsDocument } from '#generated';
import { followLive } from './follow-live';

/** How many filters the server counts in one stream. */
const MOST_COUNTED = 20;

/** How many conversations pass each of the filters, now; undefined until it is known. */
export function useCounts(filters: readonly ConversationFilter[]): readonly (number | undefined)[] {
  const client = useClient();
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
  const names = filters.map((filter) => JSON.stringify(filter));
  const key = JSON.stringify([...new Set(names)]);

  useEffect(() => {
    const streams = chunks(JSON.parse(key) as string[], MOST_COUNTED).map((part) =>
      followLive(client, CountsDocument, { filters: part.map((name) => JSON.parse(name) as ConversationFilter) }, (data) => {
        if (data) setCounts((before) => new Map([...before, ...part.map((name, index) => [name, data.counts[index] ?? 0] as const)]));
      }),
    );
    return () => {
      for (const stop of streams) stop();
    };
  }, [client, key]);
  return names.map((name) => counts.get(name));
}

/** A list in parts of at most so many. */
export function chunks<Item>(items: readonly Item[], most: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, index) => items.slice(index * most, (index + 1) * most));
}
