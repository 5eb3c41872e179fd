import type { ChannelKind, ConversationFilter, ConversationOrder, ConversationStatus } from '#generated';

/** The kinds of channels, as an agent may choose one. */
export const CHANNELS: readonly ChannelKind[] = ['EMAIL', 'CHAT', 'FORM', 'MESSENGER', 'WHATSAPP', 'API'];

/** The orders of a list by the names of their texts. */
export const ORDERS = {
  active: { field: 'LAST_ACTIVITY_AT', direction: 'DESC' },
  quiet: { field: 'LAST_ACTIVITY_AT', direction: 'ASC' },
  newest: { field: 'CREATED_AT', direction: 'DESC' },
  oldest: { field: 'CREATED_AT', direction: 'ASC' },
} as const satisfies Record<string, ConversationOrder>;
export type OrderName = keyof typeof ORDERS;

/** What a view lists, as the fields of its form; an empty text asks for nothing. */
export interface ViewDraft {
  readonly status: ConversationStatus | '';
  /** `me` is whoever looks, `nobody` nobody, else the id of a user. */
  readonly owner: string;
  readonly inboxId: string;
  readonly ticket: 'with' | 'without' | '';
  readonly channel: ChannelKind | '';
  readonly order: OrderName;
  /** Conditions that the form has no field for: they are kept as they are. */
  readonly rest: ConversationFilter;
}

/** The form of a list. */
export function draftOf(filter: ConversationFilter, orderBy: ConversationOrder | undefined): ViewDraft {
  const { status, ownerId, ownedByMe, inboxId, hasTicket, channel, ...others } = filter;
  const [kind, ...kinds] = channel ?? [];
  const isOne = kind !== undefined && kinds.length === 0;
  // Whose it is can be said in two ways at once only through the API.
  const isPlainOwner = ownedByMe === undefined || ownedByMe === null || (ownedByMe && ownerId === undefined);
  return {
    status: status ?? '',
    owner: !isPlainOwner ? '' : ownedByMe ? 'me' : ownerId === null ? 'nobody' : String(ownerId ?? ''),
    inboxId: String(inboxId ?? ''),
    ticket: hasTicket === true ? 'with' : hasTicket === false ? 'without' : '',
    channel: isOne ? kind : '',
    order: orderName(orderBy),
    rest: {
      ...given(others),
      ...(channel && !isOne ? { channel } : {}),
      ...(isPlainOwner ? {} : { ownedByMe, ...(ownerId === undefined ? {} : { ownerId }) }),
    },
  };
}

/** What the server is asked for. */
export function listOf({ status, owner, inboxId, ticket, channel, order, rest }: ViewDraft): { filter: ConversationFilter; orderBy: ConversationOrder } {
  const filter: ConversationFilter = {
    ...rest,
    ...(status === '' ? {} : { status }),
    ...(owner === '' ? {} : owner === 'me' ? { ownedByMe: true } : { ownerId: owner === 'nobody' ? null : owner }),
    ...(inboxId === '' ? {} : { inboxId }),
    ...(ticket === '' ? {} : { hasTicket: ticket === 'with' }),
    ...(channel === '' ? {} : { channel: [channel] }),
  };
  return { filter, orderBy: ORDERS[order] };
}

/** What an agent looks at, as a view to be saved: what is theirs is then each one's own. */
export function draftFrom(filter: ConversationFilter, orderBy: ConversationOrder | undefined, viewerId: string): ViewDraft {
  const draft = draftOf(filter, orderBy);
  return draft.owner === viewerId ? { ...draft, owner: 'me' } : draft;
}

function orderName(orderBy: ConversationOrder | undefined): OrderName {
  const { field = 'LAST_ACTIVITY_AT', direction = 'DESC' } = orderBy ?? {};
  if (field === 'CREATED_AT') return direction === 'ASC' ? 'oldest' : 'newest';
  return direction === 'ASC' ? 'quiet' : 'active';
}

/** Conditions without those that ask for nothing. */
function given(filter: ConversationFilter): ConversationFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null && value !== undefined));
}
