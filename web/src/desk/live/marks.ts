import { useCallback, useSyncExternalStore } from 'react';
import type { CascadeWordsFragment } from '#generated';

/** What somebody else did to a ticket or conversation. */
export interface Mark {
  readonly by: CascadeWordsFragment['actor'];
  readonly cascadeId: string;
  /** The types of its effects on this thing. */
  readonly kinds: ReadonlySet<string>;
  /** Whether it has just happened. */
  readonly fresh: boolean;
}

/** How long a change counts as just made. */
export const FRESH_MS = 12_000;

/** What others changed while one looked, by ticket or conversation; a mark stays until the thing is opened. */
export class Marks {
  #marks = new Map<string, Mark>();
  #listeners = new Set<() => void>();

  /** Marks what a cascade touched, unless the viewer did it. */
  note(cascade: CascadeWordsFragment, viewerId: string): void {
    if (cascade.actor.__typename === 'User' && cascade.actor.id === viewerId) return;
    const ids = new Set(cascade.effects.map(({ subjectId }) => subjectId));
    for (const id of ids) {
      const kinds = new Set(cascade.effects.filter(({ subjectId }) => subjectId === id).map(({ __typename }) => __typename));
      this.#put(id, { by: cascade.actor, cascadeId: cascade.id, kinds, fresh: true });
    }
    setTimeout(() => {
      for (const id of ids) {
        const mark = this.#marks.get(id);
        if (mark?.cascadeId === cascade.id) this.#put(id, { ...mark, fresh: false });
      }
    }, FRESH_MS);
  }

  /** Takes the mark off, once it has been seen. */
  see(id: string): void {
    if (this.#marks.get(id)?.fresh === false) this.#put(id, null);
  }

  readonly of = (id: string): Mark | null => this.#marks.get(id) ?? null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #put(id: string, mark: Mark | null): void {
    if (mark) this.#marks.set(id, mark);
    else this.#marks.delete(id);
    for (const listener of this.#listeners) listener();
  }
}

/** The mark on a ticket or conversation, if there is one. */
export function useMark(marks: Marks, id: string): Mark | null {
  return useSyncExternalStore(marks.subscribe, useCallback(() => marks.of(id), [marks, id]));
}
