import { useCallback, useEffect, useRef } from 'react';
import { useClient } from 'urql';
import { PresenceDocument, type PresenceSubscription, UpdatePresenceDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useLive } from '../live/use-live';

export type Others = PresenceSubscription['presence'];

/** How often it is said again that one is still writing. */
const AGAIN_MS = 4_000;
/** After so long without a key one is no longer writing. */
const PAUSE_MS = 5_000;

/** Who else is in a conversation, and how to tell them that one writes. To look on is to be seen. */
export function usePresence(conversationId: string): { others: Others; typing: (typing: boolean) => void } {
  const client = useClient();
  const { viewer, mayWrite } = useDesk();
  const { data } = useLive(PresenceDocument, { conversationId });
  const said = useRef({ typing: false, at: 0 });
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);

  const tell = useCallback(
    (typing: boolean) => {
      const { typing: before, at } = said.current;
      if (!mayWrite || (typing === before && (!typing || Date.now() - at < AGAIN_MS))) return;
      said.current = { typing, at: Date.now() };
      void client.mutation(UpdatePresenceDocument, { input: { conversationId, typing } }).toPromise();
    },
    [client, conversationId, mayWrite],
  );
  const typing = useCallback(
    (now: boolean) => {
      clearTimeout(pause.current);
      tell(now);
      if (now) pause.current = setTimeout(() => tell(false), PAUSE_MS);
    },
    [tell],
  );
  useEffect(
    () => () => {
      clearTimeout(pause.current);
      tell(false);
    },
    [tell],
  );
  const others = (data?.presence ?? []).filter(({ user }) => user.id !== viewer.user.id);
  return { others, typing };
}
