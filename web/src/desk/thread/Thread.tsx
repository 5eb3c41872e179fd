import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { RestoreBar } from '../trash/RestoreBar';
import type { Conversation } from './ConversationPanes';
import { Messages } from './Messages';
import { Presence } from './Presence';
import { ReplyEditor } from './ReplyEditor';
import { ThreadHead } from './ThreadHead';
import { useConversationKeys } from './use-conversation-keys';
import { usePresence } from './use-presence';

interface Props {
  readonly conversation: Conversation;
  readonly onBack: () => void;
  readonly onSide: () => void;
}

/** What was said, what happened in between, and where one answers. */
export function Thread({ conversation, onBack, onSide }: Props) {
  const { t } = useWords();
  const { mayWrite } = useDesk();
  const presence = usePresence(conversation.id);
  const trashed = conversation.trashedAt !== null;
  useConversationKeys(conversation, mayWrite && !trashed);

  return (
    <section className="pane thread" aria-label={t('thread.label')}>
      <ThreadHead conversation={conversation} onBack={onBack} onSide={onSide} />
      {trashed && <RestoreBar id={conversation.id} text={t('thread.trashed')} />}
      <Messages conversation={conversation} />
      <Presence others={presence.others} />
      {!trashed && mayWrite && <ReplyEditor conversation={conversation} onTyping={presence.typing} />}
    </section>
  );
}
