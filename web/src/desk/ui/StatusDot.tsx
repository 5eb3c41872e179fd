import type { StatusCategory } from '#generated';

/** Open or closed, at a glance; the words stand beside it. */
export function StatusDot({ category }: { category: StatusCategory }) {
  return <i className={`dot is-${category.toLowerCase()}`} aria-hidden="true" />;
}
