import { useCallback, useEffect, useState } from 'react';
import { Provider } from 'urql';
import type { Client } from '@urql/core';
import type { Endpoints } from '../../shared/endpoints';
import { createApi } from '../api/client';
import { Connection } from '../api/connection';
import { DeskLoader } from './DeskLoader';

interface Props {
  readonly endpoints: Endpoints;
  readonly token: string;
  readonly demo: boolean;
  /** @param refused Whether the server no longer accepts the token. */
  readonly onSignOut: (refused: boolean) => void;
}

interface Line {
  readonly client: Client;
  readonly connection: Connection;
}

/** A client with its cache and live connection, for as long as the token is used. */
export function DeskRoot({ endpoints, token, demo, onSignOut }: Props) {
  const [line, setLine] = useState<Line | null>(null);
  const [beginning, setBeginning] = useState(0);
  useEffect(() => {
    const refused = () => onSignOut(true);
    const connection = new Connection(endpoints.socket, token, refused);
    setLine({ connection, client: createApi(endpoints, token, connection, refused) });
    return () => connection.dispose();
  }, [endpoints, token, onSignOut, beginning]);

  // The log no longer reaches back to where the stream broke off: what is in the cache cannot be trusted.
  const beginAnew = useCallback(() => setBeginning((count) => count + 1), []);
  return line && (
    <Provider value={line.client}>
      <DeskLoader
        key={beginning}
        endpoints={endpoints}
        connection={line.connection}
        demo={demo}
        onSignOut={() => onSignOut(false)}
        onExpired={beginAnew}
      />
    </Provider>
  );
}
