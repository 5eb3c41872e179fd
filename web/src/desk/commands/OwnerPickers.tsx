import { UpdateConversationOwnerDocument, UpdateTicketOwnerDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { ChangedMark } from '../live/ChangedMark';
import { Avatar } from '../ui/Avatar';
import { Icon } from '../ui/Icon';
import type { Choice } from '../ui/Choices';
import { Picker } from '../ui/Picker';

interface Owned {
  readonly id: string;
  readonly version: number;
  readonly owner: { readonly id: string; readonly name: string } | null;
}

interface Props {
  readonly disabled: boolean;
  readonly shortcut?: string;
}

/** Whose conversation it is; its ticket follows. */
export function ConversationOwner({ conversation, ...rest }: Props & { conversation: Owned }) {
  const { t } = useWords();
  const { commands } = useDesk();
  const { id, version } = conversation;
  const change = (ownerId: string | null) =>
    void commands.run(UpdateConversationOwnerDocument, { conversationId: id, ownerId, expectedVersion: version });
  return <OwnerPicker {...rest} label={t('owner.conversation')} owned={conversation} onChoose={change} />;
}

/** Whose ticket it is; its conversations keep their owners. */
export function TicketOwner({ ticket, ...rest }: Props & { ticket: Owned }) {
  const { t } = useWords();
  const { commands } = useDesk();
  const { id, version } = ticket;
  const change = (ownerId: string | null) => void commands.run(UpdateTicketOwnerDocument, { ticketId: id, ownerId, expectedVersion: version });
  return <OwnerPicker {...rest} label={t('owner.ticket')} owned={ticket} onChoose={change} />;
}

interface OwnerPickerProps extends Props {
  readonly label: string;
  readonly owned: Owned;
  readonly onChoose: (ownerId: string | null) => void;
}

function OwnerPicker({ label, owned, onChoose, disabled, shortcut }: OwnerPickerProps) {
  const { t } = useWords();
  const { users, viewer } = useDesk();
  const nobody: Choice<string | null> = { value: null, label: t('owner.nobody'), mark: <Icon name="ghost" /> };
  // Who has left may still own something, but is given nothing new.
  const people = users.filter(({ active, id }) => active || id === owned.owner?.id);
  const choices = people.map(({ id, name }) => ({
    value: id,
    label: id === viewer.user.id ? t('owner.me', { name }) : name,
    mark: <Avatar id={id} name={name} size="small" />,
  }));
  const mine = choices.filter(({ value }) => value === viewer.user.id);
  const others = choices.filter(({ value }) => value !== viewer.user.id);
  return (
    <span className="marked">
      <Picker
        label={label}
        choices={[...mine, nobody, ...others]}
        value={owned.owner?.id ?? null}
        onChoose={onChoose}
        disabled={disabled}
        filter={t('owner.filter')}
        {...(shortcut === undefined ? {} : { shortcut })}
      />
      <ChangedMark id={owned.id} what="OwnerChanged" />
    </span>
  );
}
