import type { Client, Sink } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveStream } from '../src/graphiql/live/stream';

interface Attempt {
  after: unknown;
  sink: Sink<{ data: unknown }>;
  stopped: boolean;
}

/** A socket whose server is the test. */
class FakeSocket {
  attempts: Attempt[] = [];
  #listeners: Record<string, (() => void)[]> = {};

  on(event: string, listener: () => void) {
    (this.#listeners[event] ??= []).push(listener);
    return () => {};
  }

  emit(event: string) {
    for (const listener of this.#listeners[event] ?? []) listener();
  }

  subscribe(payload: { variables: { after: unknown } }, sink: Attempt['sink']) {
    const attempt: Attempt = { after: payload.variables.after, sink, stopped: false };
    this.attempts.push(attempt);
    return () => {
      attempt.stopped = true;
    };
  }

  get last(): Attempt {
    const attempt = this.attempts.at(-1);
    if (!attempt) throw new Error('nothing was subscribed');
    return attempt;
  }

  bring(cursor: string) {
    this.last.sink.next({ data: { cascades: { id: cursor, cursor, effects: [] } } });
  }
}

describe('the live stream', () => {
  let socket: FakeSocket;
  let stream: LiveStream;
  const shown = () => stream.snapshot().cascades.map(({ cursor }) => cursor);

  beforeEach(() => {
    vi.useFakeTimers();
    socket = new FakeSocket();
    stream = new LiveStream(socket as unknown as Client, 'c1');
    stream.start();
    socket.emit('connected');
  });
  afterEach(() => vi.useRealTimers());

  it('begins where it is told, and shows the newest first', () => {
    expect(socket.last.after).toBe('c1');
    expect(stream.snapshot().state).toBe('live');
    socket.bring('c2');
    socket.bring('c3');
    expect(shown()).toEqual(['c3', 'c2']);
  });

  it('continues after the last cursor when the connection was lost', async () => {
    socket.bring('c2');
    socket.last.sink.error({ code: 1006, reason: '' });
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.snapshot()).toMatchObject({ state: 'lost', problem: 'The connection was closed (1006).' });
    await vi.advanceTimersByTimeAsync(500);
    expect(socket.attempts.map(({ after }) => after)).toEqual(['c1', 'c2']);
    socket.bring('c3');
    expect(stream.snapshot().state).toBe('live');
    expect(shown()).toEqual(['c3', 'c2']);
  });

  it('waits longer after each failure, and not longer than a quarter of a minute', async () => {
    for (let failures = 0; failures < 12; failures += 1) {
      const before = socket.attempts.length;
      socket.last.sink.error({ code: 1006, reason: '' });
      await vi.advanceTimersByTimeAsync(15_000);
      expect(socket.attempts.length).toBe(before + 1);
    }
    socket.last.sink.error({ code: 1006, reason: '' });
    await vi.advanceTimersByTimeAsync(14_000);
    expect(socket.attempts.length).toBe(13);
  });

  it('begins anew when the log no longer reaches back to its cursor', async () => {
    socket.last.sink.error([{ message: 'gone', extensions: { code: 'CURSOR_EXPIRED' } }] as never);
    await vi.advanceTimersByTimeAsync(500);
    expect(socket.last.after).toBeNull();
  });

  it('goes on after it was too slow', async () => {
    socket.bring('c2');
    socket.last.sink.error([{ message: 'slow', extensions: { code: 'LAGGED' } }] as never);
    await vi.advanceTimersByTimeAsync(500);
    expect(socket.last.after).toBe('c2');
  });

  it.each([[{ code: 4403, reason: 'Forbidden' }], [[{ message: 'no', extensions: { code: 'FORBIDDEN' } }]]])(
    'ends when it may not go on: %j',
    async (failure) => {
      socket.last.sink.error(failure as never);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(stream.snapshot().state).toBe('ended');
      expect(socket.attempts.length).toBe(1);
    },
  );

  it('keeps its place while paused', async () => {
    socket.bring('c2');
    stream.pause();
    expect(socket.last.stopped).toBe(true);
    expect(stream.snapshot().state).toBe('paused');
    socket.bring('late');
    expect(shown()).toEqual(['c2']);
    stream.start();
    expect(socket.attempts.map(({ after }) => after)).toEqual(['c1', 'c2']);
    expect(stream.snapshot().state).toBe('live');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(socket.attempts.length).toBe(2);
  });
});
