import { useMemo, useState } from 'react';
import { useWords } from '../i18n/context';
import { useNow } from '../ui/Time';
import type { Conversation } from './ConversationPanes';
import { EarlierMessages } from './EarlierMessages';
import { ThreadEvent } from './ThreadEvent';
import { ThreadMessage } from './ThreadMessage';
import { dayOf, type ThreadItem, threadItems } from './thread-items';
import { useStickToEnd } from './use-stick-to-end';

/** All that was said and done, oldest first, with the newest in sight. */
export function Messages({ conversation }: { conversation: Conversation }) {
  const { t } = useWords();
  const { messages, timeline } = conversation;
  const { hasPreviousPage, startCursor } = messages.pageInfo;
  const items = useMemo(() => threadItems(messages.nodes, timeline.nodes, !hasPreviousPage), [messages, timeline, hasPreviousPage]);
  const [seenAtFirst] = useState(() => new Set([...messages.nodes, ...timeline.nodes].map(({ id }) => id)));
  const { ref, behind, toEnd } = useStickToEnd(items.length);
  const newest = messages.nodes.at(-1);

  return (
    <div className="messages-frame">
      <div className="messages" ref={ref} role="log" aria-label={t('thread.messages')} tabIndex={0}>
        {hasPreviousPage && startCursor && <EarlierMessages id={conversation.id} before={startCursor} />}
        <ThreadItems conversationId={conversation.id} items={items} seen={seenAtFirst} />
      </div>
      {behind && newest && (
        <button type="button" className="messages-behind" onClick={toEnd}>
          ↓ {t('action.more')}
        </button>
      )}
    </div>
  );
}

interface ThreadItemsProps {
  readonly conversationId: string;
  readonly items: readonly ThreadItem[];
  /** What was there when one came; null where nothing counts as new. */
  readonly seen: ReadonlySet<string> | null;
}

/** Items under the names of their days. */
export function ThreadItems({ conversationId, items, seen }: ThreadItemsProps) {
  const { dates } = useWords();
  const now = useNow();
  return items.map((item, index) => {
    const before = items[index - 1];
    const key = item.kind === 'message' ? item.message.id : item.cascade.id;
    const isNew = seen !== null && !seen.has(key);
    return (
      <div key={key} className="thread-item">
        {(!before || dayOf(before.at) !== dayOf(item.at)) && <h2 className="day">{dates.dayName(item.at, now)}</h2>}
        {item.kind === 'message' ? (
          <ThreadMessage message={item.message} continues={item.continues} isNew={isNew} />
        ) : (
          <ThreadEvent conversationId={conversationId} cascade={item.cascade} isNew={isNew} />
        )}
      </div>
    );
  });
}
