import { ClaimConversationDocument } from '#generated';
import { useDesk } from '../desk-context';
import { clickShortcut, useShortcut } from '../shell/use-shortcut';
import type { Conversation } from './ConversationPanes';

/** The shortcuts of the open conversation; those that change something only where that may be done. */
export function useConversationKeys({ id, ticket }: Conversation, mayChange: boolean): void {
  const { commands } = useDesk();
  useShortcut('e', () => clickShortcut('close'), mayChange);
  useShortcut('a', () => void commands.run(ClaimConversationDocument, { conversationId: id }), mayChange);
  useShortcut('o', () => clickShortcut('owner'), mayChange);
  useShortcut('s', () => clickShortcut('status'), mayChange && ticket !== null);
  useShortcut('#', () => clickShortcut('trash'), mayChange);
  useShortcut('t', () => clickShortcut('record'), ticket !== null);
}
