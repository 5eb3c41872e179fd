import { useEffect } from 'react';
import { useQuery } from 'urql';
import { ConversationScreenDocument, type ConversationScreenQuery } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { useMark } from '../live/marks';
import type { Route } from '../routes';
import { Sidebar } from '../sidebar/Sidebar';
import { Empty, Failed, Skeleton } from '../ui/Notice';
import { Thread } from './Thread';

export type Conversation = NonNullable<ConversationScreenQuery['conversation']>;

interface Props {
  readonly id: string;
  readonly onBack: () => void;
  readonly hrefOfConversation: (id: string) => Route;
  readonly onSide: () => void;
}

/** The open conversation with what stands beside it: one request brings both. */
export function ConversationPanes({ id, onBack, hrefOfConversation, onSide }: Props) {
  const { t } = useWords();
  const { marks } = useDesk();
  const [{ data, error }, refetch] = useQuery({ query: ConversationScreenDocument, variables: { id }, requestPolicy: 'cache-and-network' });
  const refetchNow = () => refetch({ requestPolicy: 'network-only' });
  const mark = useMark(marks, id);
  useEffect(() => {
    if (mark && !mark.fresh) marks.see(id);
  }, [marks, mark, id]);

  const conversation = data?.conversation;
  if (conversation) {
    return (
      <>
        <Thread conversation={conversation} onBack={onBack} onSide={onSide} />
        <Sidebar conversation={conversation} routeTo={hrefOfConversation} onClose={onSide} onRefetch={refetchNow} />
      </>
    );
  }
  return (
    <section className="pane thread" aria-label={t('thread.label')}>
      <h1 className="sr-only">{t('thread.label')}</h1>
      {error && <Failed error={error} onRetry={refetchNow} />}
      {!error && !data && <Skeleton rows={5} shape="message" />}
      {!error && data && (
        <Empty icon="ghost" title={t('thread.notFound')} text={t('thread.notFoundText')}>
          <button type="button" className="button" onClick={onBack}>
            {t('action.back')}
          </button>
        </Empty>
      )}
    </section>
  );
}
