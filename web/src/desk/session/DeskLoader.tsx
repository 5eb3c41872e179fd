import { useEffect, useMemo, useState } from 'react';
import { useClient, useQuery } from 'urql';
import type { Endpoints } from '../../shared/endpoints';
import type { Connection } from '../api/connection';
import { DeskDocument, type DeskQuery } from '#generated';
import { Commands } from '../commands/commands';
import { type Desk, DeskContext } from '../desk-context';
import { useWords } from '../i18n/context';
import { followFeed } from '../live/feed';
import { FeedListeners } from '../live/feed-listeners';
import { Marks } from '../live/marks';
import { Shell } from '../shell/Shell';
import { Failed } from '../ui/Notice';

interface Props {
  readonly endpoints: Endpoints;
  readonly connection: Connection;
  readonly demo: boolean;
  readonly onSignOut: () => void;
  readonly onExpired: () => void;
}

/** Fetches what all screens share, and from there on follows everything that happens. */
export function DeskLoader(props: Props) {
  const { t } = useWords();
  const [{ data, error }, refetch] = useQuery({ query: DeskDocument });
  if (error && !data) return <Failed error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
  if (!data) return <p className="starting">{t('signIn.starting')}</p>;
  return <DeskReady {...props} data={data} />;
}

function DeskReady({ endpoints, connection, demo, onSignOut, onExpired, data }: Props & { data: DeskQuery }) {
  const client = useClient();
  const [marks] = useState(() => new Marks());
  const [feed] = useState(() => new FeedListeners());
  const [commands] = useState(() => new Commands(client));
  const [asOf] = useState(data.asOf);
  const { viewer, inboxes, savedViews, users, propertyDefinitions } = data;
  const viewerId = viewer.user.id;

  useEffect(() => feed.subscribe((cascade) => marks.note(cascade, viewerId)), [feed, marks, viewerId]);
  useEffect(() => followFeed(client, asOf, { onCascade: (cascade) => feed.tell(cascade), onExpired }), [client, asOf, feed, onExpired]);

  const desk = useMemo<Desk>(
    () => ({
      endpoints,
      connection,
      viewer,
      inboxes,
      savedViews,
      users,
      definitions: propertyDefinitions,
      marks,
      feed,
      commands,
      mayWrite: viewer.user.role !== 'VIEWER',
      signOut: onSignOut,
      demo,
    }),
    [endpoints, connection, viewer, inboxes, savedViews, users, propertyDefinitions, marks, feed, commands, onSignOut, demo],
  );
  return (
    <DeskContext value={desk}>
      <Shell />
    </DeskContext>
  );
}
