import type { GraphiQLPlugin } from '@graphiql/react';
import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { LiveStream, Snapshot, State } from './stream';
import type { Cascade, Effect } from './types';
import { actorName, changeWords, commandWords, depth, ruleWords, subjectKind, subjectWords } from './words';

/** GraphiQL gives its panes no props, so the stream comes by context. */
export const LiveStreamContext = createContext<LiveStream | null>(null);

/** A pane that shows every cascade of the account as it happens, whatever tab is open beside it. */
export const livePlugin: GraphiQLPlugin = { title: 'Live cascades', icon: PulseIcon, content: LivePane };

const STATES: Record<State, string> = {
  connecting: 'Connecting…',
  live: 'Live',
  paused: 'Paused. What happens now comes when you resume.',
  lost: 'Connection lost. Trying again, from where it broke off…',
  ended: 'Ended',
};

function LivePane() {
  const stream = useContext(LiveStreamContext);
  useEffect(() => {
    stream?.start();
    return () => stream?.pause();
  }, [stream]);
  return stream && <Pane stream={stream} />;
}

function Pane({ stream }: { stream: LiveStream }) {
  const shown = useSyncExternalStore(stream.subscribe, stream.snapshot);
  return (
    <section className="live" aria-label="Live cascades">
      <header className="live-title">
        <h2>Live cascades</h2>
        <Controls stream={stream} shown={shown} />
      </header>
      <p className={`live-state is-${shown.state}`} role="status">
        {STATES[shown.state]}
        {shown.problem && <span> {shown.problem}</span>}
      </p>
      {shown.cascades.length === 0 && (
        <p className="live-empty">Nothing yet. Run the tab CloseTicket, and its whole cascade arrives here as one item.</p>
      )}
      <ol className="live-list" aria-live="polite">
        {shown.cascades.map((cascade) => (
          <CascadeItem key={cascade.id} cascade={cascade} />
        ))}
      </ol>
    </section>
  );
}

function Controls({ stream, shown }: { stream: LiveStream; shown: Snapshot }) {
  const resting = shown.state === 'paused' || shown.state === 'ended';
  return (
    <>
      <button type="button" onClick={() => (resting ? stream.start() : stream.pause())}>
        {resting ? 'Resume' : 'Pause'}
      </button>
      <button type="button" onClick={() => stream.clear()} disabled={shown.cascades.length === 0}>
        Clear
      </button>
    </>
  );
}

function CascadeItem({ cascade }: { cascade: Cascade }) {
  const time = new Date(cascade.occurredAt);
  return (
    <li className="live-cascade">
      <div className="live-head">
        <strong>{actorName(cascade)}</strong> <span>{commandWords(cascade.command)}</span>
        <time dateTime={cascade.occurredAt} title={time.toLocaleString()}>
          {time.toLocaleTimeString()}
        </time>
      </div>
      <ul>
        {cascade.effects.map((effect) => (
          <EffectItem key={effect.index} effect={effect} depth={depth(effect, cascade.effects)} />
        ))}
      </ul>
    </li>
  );
}

function EffectItem({ effect, depth }: { effect: Effect; depth: number }) {
  return (
    <li style={{ marginInlineStart: `${depth * 14}px` }} className={depth > 0 ? 'is-caused' : ''}>
      <span className={`live-kind is-${subjectKind(effect)}`}>{subjectKind(effect)}</span>
      <span className="live-subject">{subjectWords(effect)}</span>
      <span className="live-change">{changeWords(effect)}</span>
      {effect.rule !== 'DIRECT' && <span className="live-rule">{ruleWords(effect.rule)}</span>}
    </li>
  );
}

function PulseIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M2 12h4l3-8 5 16 3-8h5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
