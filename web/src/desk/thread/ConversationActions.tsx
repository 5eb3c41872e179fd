import { MoveConversationDocument, TrashConversationDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { Icon } from '../ui/Icon';
import { Picker } from '../ui/Picker';
import type { Conversation } from './ConversationPanes';

/** What is done less often: moving and trashing, with all that goes with it shown first. */
export function ConversationActions({ conversation }: { conversation: Conversation }) {
  const { t } = useWords();
  const { commands, inboxes } = useDesk();
  const { id: conversationId, version: expectedVersion, inbox } = conversation;
  return (
    <>
      {inboxes.length > 1 && (
        <Picker
          className="is-menu"
          label={t('conversation.move')}
          choices={inboxes.map(({ id, name }) => ({ value: id, label: name, mark: <Icon name="inbox" /> }))}
          value={inbox.id}
          onChoose={(inboxId) => void commands.run(MoveConversationDocument, { conversationId, inboxId, expectedVersion }, { preview: 'consequences' })}
        >
          <Icon name="move" />
        </Picker>
      )}
      <button
        type="button"
        className="button is-ghost is-icon"
        aria-label={t('conversation.trash')}
        title={t('conversation.trash')}
        data-shortcut="trash"
        onClick={() => void commands.run(TrashConversationDocument, { conversationId, expectedVersion }, { preview: 'always' })}
      >
        <Icon name="trash" />
      </button>
    </>
  );
}
