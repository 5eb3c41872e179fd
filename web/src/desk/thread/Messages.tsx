import { useState } from 'react';
import { useWords } from '../i18n/context';
import { ListBegin } from '../ui/ListEnd';
import { useNow } from '../ui/Time';
import type { Conversation } from './ConversationPanes';
import { ThreadEvent } from './ThreadEvent';
import { ThreadMessage } from './ThreadMessage';
import { dayOf, keyOf, type ThreadItem } from './thread-items';
import { useEarlier } from './use-earlier';
import { useStickToEnd } from './use-stick-to-end';

/** All that was said and done, oldest first, with the newest in sight. */
export function Messages({ conversation }: { conversation: Conversation }) {
  const { t } = useWords();
  const { messages } = conversation;
  const { items, state, more } = useEarlier(conversation);
  // What was there when one came; what is later is new.
  const [openedAt] = useState(() => Math.max(...items.map(({ at }) => Date.parse(at))));
  const isNew = ({ at }: ThreadItem) => Date.parse(at) > openedAt;
  const last = items.at(-1);
  const before = items.filter((item) => !isNew(item)).length;
  const { ref, behind, toEnd } = useStickToEnd(last ? keyOf(last) : '', `${state} ${before}`);
  const newest = messages.nodes.at(-1);

  return (
    <div className="messages-frame">
      <div className="messages" ref={ref} role="log" aria-label={t('thread.messages')} tabIndex={0}>
        <ListBegin state={state} length={items.length} onMore={more} name={t('thread.earlier')} />
        <ThreadItems conversationId={conversation.id} items={items} isNew={isNew} />
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
  /** Whether one came while one looked. */
  readonly isNew: (item: ThreadItem) => boolean;
}

/** Items under the names of their days. */
function ThreadItems({ conversationId, items, isNew }: ThreadItemsProps) {
  const { dates } = useWords();
  const now = useNow();
  return items.map((item, index) => {
    const before = items[index - 1];
    return (
      <div key={keyOf(item)} className="thread-item">
        {(!before || dayOf(before.at) !== dayOf(item.at)) && <h2 className="day">{dates.dayName(item.at, now)}</h2>}
        {item.kind === 'message' ? (
          <ThreadMessage message={item.message} continues={item.continues} isNew={isNew(item)} />
        ) : (
          <ThreadEvent conversationId={conversationId} cascade={item.cascade} isNew={isNew(item)} />
        )}
      </div>
    );
  });
}
