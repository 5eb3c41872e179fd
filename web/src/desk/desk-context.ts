import { createContext, useContext } from 'react';
import type { Connection } from './api/connection';
import type { DeskQuery } from '#generated';
import type { Endpoints } from '../shared/endpoints';
import type { Commands } from './commands/commands';
import type { FeedListeners } from './live/feed-listeners';
import type { Marks } from './live/marks';

/** What every screen of the desk can count on. */
export interface Desk {
  readonly endpoints: Endpoints;
  readonly connection: Connection;
  readonly viewer: DeskQuery['viewer'];
  readonly inboxes: DeskQuery['inboxes'];
  /** Lists that the viewer or a colleague has named. */
  readonly savedViews: DeskQuery['savedViews'];
  readonly users: DeskQuery['users'];
  readonly definitions: DeskQuery['propertyDefinitions'];
  readonly marks: Marks;
  /** Tells of everything that happens in the account. */
  readonly feed: FeedListeners;
  readonly commands: Commands;
  /** Whether the viewer's role lets them change things. */
  readonly mayWrite: boolean;
  readonly signOut: () => void;
  /** Whether the server gave the token away, as under `tandem dev`. */
  readonly demo: boolean;
}

export const DeskContext = createContext<Desk | null>(null);

/** What every screen of the desk can count on. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('useDesk needs the desk around it');
  return desk;
}
