import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { AddNoteDocument, SendReplyDocument, UpdateConversationStatusDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { SEND_KEYS } from '../shell/platform';
import { useShortcut } from '../shell/use-shortcut';
import { Icon } from '../ui/Icon';
import { contactName } from '../words/actor';
import type { Conversation } from './ConversationPanes';
import { useDraft } from './use-draft';

interface Props {
  readonly conversation: Conversation;
  readonly onTyping: (typing: boolean) => void;
}

const MODES = ['reply', 'note'] as const;
type Mode = (typeof MODES)[number];

/** Where one answers the contact, or leaves a note for colleagues. What is not sent is kept. */
export function ReplyEditor({ conversation, onTyping }: Props) {
  const { t } = useWords();
  const { commands } = useDesk();
  const [mode, setMode] = useState<Mode>('reply');
  const [text, setText] = useDraft(conversation.id, mode);
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const begin = (next: Mode) => {
    setMode(next);
    field.current?.focus();
  };
  useShortcut('r', () => begin('reply'));
  useShortcut('n', () => begin('note'));
  useHeight(field, text);
  useEffect(() => () => onTyping(false), [onTyping]);

  const { id: conversationId, contact, status } = conversation;
  const name = contactName(contact, t);
  const empty = text.trim() === '';
  const send = async (close: boolean) => {
    if (empty || sending) return;
    setSending(true);
    const document = mode === 'reply' ? SendReplyDocument : AddNoteDocument;
    const { done } = await commands.run(document, { conversationId, text: text.trim() }, { quiet: true });
    setSending(false);
    if (!done) return;
    setText('');
    onTyping(false);
    if (close) await commands.run(UpdateConversationStatusDocument, { conversationId, status: 'CLOSED' }, { preview: 'consequences' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void send(false);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      field.current?.blur();
    }
  };

  return (
    <form
      className={`editor is-${mode}`}
      aria-label={t('editor.label')}
      onSubmit={(event) => {
        event.preventDefault();
        void send(false);
      }}
    >
      <div className="editor-modes" role="group" aria-label={t('editor.label')}>
        {MODES.map((each) => (
          <button key={each} type="button" aria-pressed={mode === each} onClick={() => begin(each)}>
            {each === 'note' && <Icon name="note" />}
            {t(`editor.${each}`)}
          </button>
        ))}
      </div>
      <textarea
        ref={field}
        rows={2}
        aria-label={mode === 'reply' ? t('editor.replyTo', { name }) : t('thread.note')}
        placeholder={mode === 'reply' ? t('editor.replyPlaceholder', { name }) : t('editor.notePlaceholder')}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          onTyping(event.target.value.trim() !== '');
        }}
        onKeyDown={onKeyDown}
        onBlur={() => onTyping(false)}
      />
      <div className="editor-foot">
        <span className="editor-hint">{t('editor.hint', { keys: SEND_KEYS })}</span>
        {mode === 'reply' && status === 'OPEN' && (
          <button type="button" className="button is-small" disabled={empty || sending} onClick={() => void send(true)}>
            {t('editor.sendAndClose')}
          </button>
        )}
        <button type="submit" className="button is-primary is-small" disabled={empty || sending}>
          {t(mode === 'reply' ? 'editor.send' : 'editor.addNote')}
        </button>
      </div>
    </form>
  );
}

/** As high as the text, up to what the style sheet allows. */
function useHeight(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [field, text]);
}
