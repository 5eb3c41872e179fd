import { explorerPlugin } from '@graphiql/plugin-explorer';
import { ToolbarButton } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useEffect, useMemo } from 'react';
import type { Endpoints } from '../shared/endpoints';
import { examplesFor } from './examples';
import { Items } from './Items';
import { LiveStreamContext, livePlugin } from './live/LivePane';
import { LiveStream } from './live/stream';
import type { Sample } from './sample';
import { forgetStoredTabs } from './stored-tabs';
import { createTransport } from './transport';

const PLUGINS = [livePlugin, explorerPlugin(), HISTORY_PLUGIN];

/** What the workbench needs. */
interface Props {
  readonly endpoints: Endpoints;
  readonly token: string;
  readonly sample: Sample;
  /** Whether the token is the demo's, which the server gave us. */
  readonly demo: boolean;
  readonly onSignOut: () => void;
}

/** GraphiQL with prepared tabs, and the live pane beside them. */
export function Workbench({ endpoints, token, sample, demo, onSignOut }: Props) {
  const transport = useMemo(() => createTransport(endpoints, token), [endpoints, token]);
  const stream = useMemo(() => new LiveStream(transport.socket, sample.cursor), [transport, sample]);
  const examples = useMemo(() => examplesFor(sample), [sample]);
  useEffect(() => () => void transport.socket.dispose(), [transport]);
  return (
    <LiveStreamContext value={stream}>
      <GraphiQL
        fetcher={transport.fetcher}
        defaultTabs={examples}
        defaultEditorToolsVisibility="variables"
        plugins={PLUGINS}
        visiblePlugin={livePlugin}
        inputValueDeprecation
        schemaDescription
      >
        <GraphiQL.Logo>
          <Account sample={sample} demo={demo} onSignOut={onSignOut} />
        </GraphiQL.Logo>
        <GraphiQL.Toolbar>
          {({ prettify, copy, merge }) => (
            <>
              {prettify}
              {merge}
              {copy}
              <ToolbarButton label="Close all tabs and open the examples again" onClick={reopenExamples}>
                <ExamplesIcon />
              </ToolbarButton>
            </>
          )}
        </GraphiQL.Toolbar>
        <GraphiQL.Footer>
          <Items log={transport.items} />
        </GraphiQL.Footer>
      </GraphiQL>
    </LiveStreamContext>
  );
}

function Account({ sample, demo, onSignOut }: Pick<Props, 'sample' | 'demo' | 'onSignOut'>) {
  const { user, account } = sample.viewer;
  return (
    <div className="account">
      <a href="../">Tandem</a>
      <button type="button" onClick={onSignOut} title={`${user}, ${account}: ${demo ? 'use another token' : 'sign out'}`}>
        {user}
        {demo && <em>demo</em>}
      </button>
    </div>
  );
}

function reopenExamples() {
  if (!window.confirm('Close all tabs and open the prepared examples again?')) return;
  forgetStoredTabs(localStorage);
  window.location.reload();
}

function ExamplesIcon() {
  return (
    <svg className="graphiql-toolbar-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
      <path d="M4 5.5h6l2 2.5h8v11H4z M8 13.5h8 M13 10.5l3 3-3 3" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}
