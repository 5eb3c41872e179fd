import type { CascadeWordsFragment, CascadeRule, DefinitionFragment } from '#generated';
import type { Key } from '../i18n/catalogue';
import type { Words } from '../i18n/context';
import { contactName } from './actor';

type Cascade = Pick<CascadeWordsFragment, 'effects'>;
export type Effect = CascadeWordsFragment['effects'][number];

/** What is needed to speak of cascades: a language, and the names that the account gave to properties. */
export interface Speaker {
  readonly t: Words['t'];
  readonly definitions: readonly Pick<DefinitionFragment, 'name' | 'label' | 'options'>[];
}

/** One effect of a cascade in words. */
export interface Line {
  readonly index: number;
  readonly kind: 'ticket' | 'conversation';
  readonly subject: string;
  /** The subject's own title, where it has one. */
  readonly title: string | null;
  readonly change: string;
  readonly rule: CascadeRule;
  /** How many effects led to it: 0 for what the command did itself. */
  readonly depth: number;
}

/** All effects in words, in the order of cause. */
export function cascadeLines({ effects }: Cascade, speaker: Speaker): Line[] {
  return effects.map((effect) => ({
    index: effect.index,
    kind: kindOf(effect),
    ...subjectWords(effect, speaker),
    change: changeWords(effect, speaker),
    rule: effect.rule,
    depth: depthOf(effect, effects),
  }));
}

/**
 * A cascade in a sentence: what was done, and in numbers what followed from it.
 * @param within The conversation or ticket beside which it stands, which need not be named.
 */
export function cascadeSummary({ effects }: Cascade, speaker: Speaker, within: string | null = null): string {
  const [main, ...rest] = effects;
  if (!main) return '';
  const change = changeWords(main, speaker);
  const own = main.subjectId === within;
  return [own ? change : `${subjectWords(main, speaker).subject}: ${change}`, ...alsoWords(rest, speaker)].join(' · ');
}

/** Whether more happens than was asked for. */
export function hasConsequences({ effects }: Cascade): boolean {
  return effects.some(({ causedBy }) => causedBy !== null);
}

/** Whether it can be taken back: what created, linked, wrote or deleted for good cannot. */
export function isUndoable({ effects }: Cascade): boolean {
  return !effects.some(({ __typename }) => ['Created', 'Linked', 'MessageAdded', 'Purged'].includes(__typename));
}

/** Whether an effect is about a ticket or a conversation. */
export function kindOf({ subjectId }: { readonly subjectId: string }): 'ticket' | 'conversation' {
  return subjectId.startsWith('ticket_') ? 'ticket' : 'conversation';
}

/** What happened to the subject. */
export function changeWords(effect: Effect, { t, definitions }: Speaker): string {
  switch (effect.__typename) {
    case 'ConversationStatusChanged':
      return t('effect.status', { from: t(`status.${effect.previousStatus}`), to: t(`status.${effect.status}`) });
    case 'TicketStatusChanged':
      return t('effect.status', { from: effect.previousTicketStatus.name, to: effect.ticketStatus.name });
    case 'OwnerChanged': {
      const name = (person: { name: string } | null) => person?.name ?? t('owner.nobody');
      return t('effect.owner', { from: name(effect.previousOwner), to: name(effect.owner) });
    }
    case 'WorkspaceChanged':
      return t('effect.workspace', { to: t(`workspace.${effect.workspace}`) });
    case 'InboxChanged':
      return t('effect.inbox', { from: effect.previousInbox.name, to: effect.inbox.name });
    case 'PropertyChanged':
      return propertyWords(effect, t, definitions);
    case 'Linked':
      return t('effect.Linked', { number: effect.ticket?.number ?? '' });
    default:
      return t(`effect.${effect.__typename}`);
  }
}

type PropertyChange = Extract<Effect, { __typename: 'PropertyChanged' }>;

function propertyWords({ property, previousValue, value }: PropertyChange, t: Words['t'], definitions: Speaker['definitions']): string {
  const definition = definitions.find(({ name }) => name === property);
  const shown = (text: string | null) => {
    if (text === null || text === '') return '–';
    if (property === 'priority') return t(`priority.${text as 'LOW'}`);
    return definition?.options.find((option) => option.value === text)?.label ?? text;
  };
  const own = property === 'name' || property === 'priority' ? t(`field.${property}`) : property;
  return t('effect.property', { property: definition?.label ?? own, from: shown(previousValue), to: shown(value) });
}

function subjectWords(effect: Effect, { t }: Speaker): Pick<Line, 'subject' | 'title'> {
  const { subject } = effect;
  if (subject?.__typename === 'Ticket') return { subject: t('kind.ticket', { number: subject.number }), title: subject.name };
  if (subject) return { subject: t('kind.conversation', { name: contactName(subject.contact, t) }), title: subject.subject };
  return { subject: t(kindOf(effect) === 'ticket' ? 'kind.someTicket' : 'kind.someConversation'), title: null };
}

/** Effects that followed, alike ones counted together. */
function alsoWords(effects: readonly Effect[], { t }: Speaker): string[] {
  const counts = new Map<Key, number>();
  const texts: string[] = [];
  for (const effect of effects) {
    const key = alsoKey(effect);
    if (key === null) continue;
    if (!counts.has(key)) texts.push(key);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const owner = effects.find((effect) => effect.__typename === 'OwnerChanged');
  const to = (owner?.__typename === 'OwnerChanged' && owner.owner?.name) || t('owner.nobody');
  return texts.map((key) => t(key as Key, { count: counts.get(key as Key) ?? 0, to }));
}

function alsoKey(effect: Effect): Key | null {
  const ticket = kindOf(effect) === 'ticket';
  switch (effect.__typename) {
    case 'ConversationStatusChanged':
      return effect.status === 'CLOSED' ? 'also.closed' : 'also.reopened';
    case 'OwnerChanged':
      return ticket ? 'also.ticketOwner' : 'also.conversationOwner';
    case 'Trashed':
      return ticket ? 'also.ticketTrashed' : 'also.trashed';
    case 'Restored':
      return ticket ? 'also.ticketRestored' : 'also.restored';
    case 'InboxChanged':
      return 'also.moved';
    case 'WorkspaceChanged':
      return 'also.workspace';
    case 'Created':
      return 'also.ticketCreated';
    case 'Linked':
      return null;
    default:
      return 'also.more';
  }
}

function depthOf(effect: Effect, effects: readonly Effect[]): number {
  const cause = effects.find(({ index }) => index === effect.causedBy?.index);
  return cause && cause.index < effect.index ? 1 + depthOf(cause, effects) : 0;
}
