import type { Sample } from './sample';

/** Where GraphiQL keeps its tabs, and the contents of the open one. */
const TABS = ['graphiql:tabState', 'graphiql:query', 'graphiql:variables'];
const LAST_SAMPLE = 'tandem.graphiql.sample';

/** The ids that prepared tabs contain. */
const IDS = ['conversationId', 'ticketId', 'closedStatusId', 'cursor'] as const;

/**
 * GraphiQL reopens the tabs of the last visit. The ids that we had put into them may be of a demo
 * that was made anew since, or of a ticket that is closed by now: exchanges them for today's, and
 * leaves alone all that was typed.
 */
export function refreshStoredTabs(storage: Storage, sample: Sample): void {
  const last = JSON.parse(storage.getItem(LAST_SAMPLE) ?? '{}') as Partial<Sample>;
  for (const key of TABS) {
    let text = storage.getItem(key);
    if (text === null) continue;
    for (const id of IDS) {
      const [before, now] = [last[id], sample[id]];
      if (!before || !now) continue;
      // Whole strings only; within the tabs' JSON the variables are JSON once more.
      text = text.replaceAll(`"${before}"`, `"${now}"`).replaceAll(`\\"${before}\\"`, `\\"${now}\\"`);
    }
    storage.setItem(key, text);
  }
  storage.setItem(LAST_SAMPLE, JSON.stringify(sample));
}

/** Makes GraphiQL start with the prepared tabs again. */
export function forgetStoredTabs(storage: Storage): void {
  for (const key of TABS) storage.removeItem(key);
}
