import type { Cascade, Effect } from './types';

/** Who did it, as a person would say it. */
export function actorName({ actor }: Cascade): string {
  return actor.name ?? actor.contactName ?? actor.__typename;
}

/** `updateTicketStatus` → `update ticket status`. */
export function commandWords(command: string): string {
  return command.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** `TICKET_CLOSED_CLOSES_CONVERSATIONS` → `ticket closed closes conversations`. */
export function ruleWords(rule: string): string {
  return rule.toLowerCase().replaceAll('_', ' ');
}

/** What the effect is about: `#42 Refund` or a conversation's subject. */
export function subjectWords({ subject, subjectId }: Effect): string {
  if (subject?.number !== undefined) return `#${subject.number} ${subject.name ?? ''}`.trim();
  if (subject) return subject.subject ?? 'Conversation without a subject';
  return subjectId;
}

/** Whether the effect is about a ticket or a conversation. */
export function subjectKind({ subjectId }: Effect): string {
  return subjectId.slice(0, subjectId.indexOf('_'));
}

/** What happened to the subject. */
export function changeWords(effect: Effect): string {
  switch (effect.__typename) {
    case 'ConversationStatusChanged':
      return arrow(lower(effect.previousStatus), lower(effect.status));
    case 'TicketStatusChanged':
      return arrow(effect.previousTicketStatus?.name, effect.ticketStatus?.name);
    case 'OwnerChanged':
      return arrow(effect.previousOwner?.name ?? 'nobody', effect.owner?.name ?? 'nobody');
    case 'WorkspaceChanged':
      return arrow(lower(effect.previousWorkspace), lower(effect.workspace));
    case 'InboxChanged':
      return arrow(effect.previousInbox?.name, effect.inbox?.name);
    case 'PropertyChanged':
      return `${effect.property}: ${arrow(effect.previousValue ?? '–', effect.value ?? '–')}`;
    case 'Linked':
      return effect.ticket ? `linked to #${effect.ticket.number}` : 'linked';
    case 'MessageAdded':
      return effect.message ? `${lower(effect.message.kind)}: ${effect.message.text}` : 'message';
    default:
      return effect.__typename.toLowerCase();
  }
}

/** How many effects lead to this one: 0 for what the command did itself. */
export function depth(effect: Effect, effects: readonly Effect[]): number {
  const cause = effects.find(({ index }) => index === effect.causedBy?.index);
  return cause && cause.index < effect.index ? 1 + depth(cause, effects) : 0;
}

function arrow(from: string | undefined, to: string | undefined): string {
  return `${from ?? '–'} → ${to ?? '–'}`;
}

function lower(value: string | undefined): string | undefined {
  return value?.toLowerCase().replaceAll('_', ' ');
}
