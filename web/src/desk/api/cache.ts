import { type Cache, cacheExchange } from '@urql/exchange-graphcache';
import { applyCascade } from '../live/apply-cascade';
import { applyFrame } from '../list/apply-frame';
import { applySavedView } from '../views/apply-saved-view';
import {
  type ConversationViewSubscription,
  DeskDocument,
  embeddedTypes,
  type FeedSubscription,
  possibleTypes,
  type SavedViewResultFragment,
  type UpdateDetailsPanelMutation,
} from '#generated';

/** The normalising cache, which live streams keep up to date. */
export function createCache() {
  return cacheExchange({
    possibleTypes,
    keys: Object.fromEntries(embeddedTypes.map((name) => [name, () => null])),
    updates: {
      Subscription: {
        cascades(result: FeedSubscription, _variables, cache) {
          applyCascade(cache, result.cascades);
        },
        conversationView(result: ConversationViewSubscription, variables, cache) {
          applyFrame(cache, variables, result.conversationView);
        },
      },
      Mutation: {
        createSavedView: viewChanged,
        updateSavedView: viewChanged,
        deleteSavedView: viewChanged,
        updateDetailsPanel({ updateDetailsPanel: { viewer } }: UpdateDetailsPanelMutation, _variables, cache) {
          if (!viewer) return;
          cache.updateQuery({ query: DeskDocument }, (desk) =>
            desk && { ...desk, viewer: { ...desk.viewer, detailsPanel: viewer.detailsPanel } });
        },
      },
    },
  });
}

/** The payload is under the name that the desk's documents give it. */
function viewChanged(result: object, _variables: unknown, cache: Cache): void {
  applySavedView(cache, (result as { payload: SavedViewResultFragment }).payload);
}
