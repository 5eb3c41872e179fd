import { useCallback, useEffect, useRef, useState } from 'react';
import { type AnyVariables, type CombinedError, type RequestPolicy, type TypedDocumentNode, useClient } from 'urql';

/** A page, as far as the next one depends on it. */
interface Page {
  /** Where the next one begins; null if there is none. */
  readonly next: string | null;
}

interface Options<Data, Variables, Shown extends Page> {
  readonly document: TypedDocumentNode<Data, Variables>;
  /** What a page is asked for with. */
  readonly variables: (cursor: string | null) => Variables;
  /** What is shown of an answer; null where it is not there. */
  readonly pageOf: (data: Data) => Shown | null;
  /** Where the first page begins; undefined: there is none. */
  readonly start: string | null | undefined;
  /** How many pages are fetched without being asked for. */
  readonly atFirst: 0 | 1;
  readonly policy?: RequestPolicy;
}

interface Answer<Shown> {
  readonly page: Shown | null;
  readonly error: CombinedError | null;
}

/**
 * Pages one after the other, each of which begins where the one before it ends. All are followed in the cache: when
 * one of them ends elsewhere, because something came or went, those after it are fetched anew, and what was
 * there is shown until then.
 */
export function usePages<Data, Variables extends AnyVariables, Shown extends Page>(options: Options<Data, Variables, Shown>) {
  const { document, variables, pageOf, start, atFirst, policy = 'cache-first' } = options;
  const client = useClient();
  const [wanted, setWanted] = useState<number>(atFirst);
  const [answers, setAnswers] = useState<ReadonlyMap<string, Answer<Shown>>>(new Map());
  const following = useRef(new Map<string, () => void>());
  const shown = useRef<readonly Shown[]>([]);

  const chain = chainOf(answers, start, wanted);
  const follow = (cursor: string | null) => {
    const { unsubscribe } = client.query(document, variables(cursor), { requestPolicy: policy }).subscribe(({ data, error }) => {
      const page = data ? pageOf(data) : null;
      setAnswers((before) => new Map(before).set(keyOf(cursor), { page, error: page ? null : (error ?? null) }));
    });
    return unsubscribe;
  };
  const asked = chain.cursors.map(keyOf).join(' ');
  useEffect(() => {
    for (const [key, stop] of following.current) {
      if (chain.cursors.some((cursor) => keyOf(cursor) === key)) continue;
      stop();
      following.current.delete(key);
    }
    for (const cursor of chain.cursors) {
      if (!following.current.has(keyOf(cursor))) following.current.set(keyOf(cursor), follow(cursor));
    }
  }, [asked]);
  useEffect(() => {
    const all = following.current;
    return () => {
      for (const stop of all.values()) stop();
      all.clear();
    };
  }, []);

  // What is being fetched anew stays as it was until it is there.
  const stale = chain.isWhole || start === undefined ? [] : shown.current.slice(chain.pages.length, wanted);
  shown.current = [...chain.pages, ...stale];

  const more = useCallback(() => {
    if (chain.error) {
      following.current.get(chain.failedAt)?.();
      following.current.delete(chain.failedAt);
      setAnswers((before) => new Map([...before].filter(([key]) => key !== chain.failedAt)));
      const cursor = chain.cursors.at(-1);
      if (cursor !== undefined) following.current.set(chain.failedAt, follow(cursor));
    } else if (chain.isWhole && chain.next !== null) setWanted(chain.pages.length + 1);
  }, [chain]);

  const state = chain.error ? 'failed' : !chain.isWhole ? 'loading' : chain.next === null ? 'ended' : 'more';
  return { pages: shown.current, state: state as 'more' | 'loading' | 'failed' | 'ended', error: chain.error, more };
}

/** Which pages there are, and which is to be asked for next. */
export function chainOf<Shown extends Page>(answers: ReadonlyMap<string, Answer<Shown>>, start: string | null | undefined, wanted: number) {
  const cursors: (string | null)[] = [];
  const pages: Shown[] = [];
  let next = start;
  while (next !== undefined && cursors.length < wanted) {
    cursors.push(next);
    const answer = answers.get(keyOf(next));
    if (!answer?.page) return { cursors, pages, next: null, isWhole: false, error: answer?.error ?? null, failedAt: keyOf(next) };
    pages.push(answer.page);
    if (answer.page.next === null) return { cursors, pages, next: null, isWhole: true, error: null, failedAt: '' };
    next = answer.page.next;
  }
  return { cursors, pages, next: next ?? null, isWhole: true, error: null, failedAt: '' };
}

function keyOf(cursor: string | null): string {
  return cursor ?? '';
}
