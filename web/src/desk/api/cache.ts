import { cacheExchange } from '@urql/exchange-graphcache';
import { applyCascade } from '../live/apply-cascade';
import { applyFrame } from '../list/apply-frame';
import {
  ConversationListDocument,
  type ConversationViewSubscription,
  type ConversationViewSubscriptionVariables,
  DeskDocument,
  embeddedTypes,
  type FeedSubscription,
  possibleTypes,
  type UpdateDetailsPanelMutation,
} from './generated';

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
          const list = { query: ConversationListDocument, variables: variables as ConversationViewSubscriptionVariables };
          cache.updateQuery(list, (before) => applyFrame(before, result.conversationView));
        },
      },
      Mutation: {
        updateDetailsPanel({ updateDetailsPanel: { viewer } }: UpdateDetailsPanelMutation, _variables, cache) {
          if (!viewer) return;
          cache.updateQuery({ query: DeskDocument }, (desk) =>
            desk && { ...desk, viewer: { ...desk.viewer, detailsPanel: viewer.detailsPanel } });
        },
      },
    },
  });
}
