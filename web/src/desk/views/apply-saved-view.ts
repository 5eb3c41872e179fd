import type { Cache } from '@urql/exchange-graphcache';
import { type SavedViewResultFragment, SavedViewsDocument } from '#generated';

/** Puts a view that was made or renamed into its place among the others, and takes out one that was deleted. */
export function applySavedView(cache: Cache, { savedView, deletedSavedViewId }: SavedViewResultFragment): void {
  if (!savedView && !deletedSavedViewId) return;
  cache.updateQuery({ query: SavedViewsDocument }, (data) => {
    if (!data) return data;
    const others = data.savedViews.filter(({ id }) => id !== (savedView?.id ?? deletedSavedViewId));
    const savedViews = savedView ? [...others, savedView].sort((a, b) => a.name.localeCompare(b.name)) : others;
    return { ...data, savedViews };
  });
}
