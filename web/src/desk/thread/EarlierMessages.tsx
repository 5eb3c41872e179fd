import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { EarlierMessagesDocument } from '../api/generated';
import { useWords } from '../i18n/context';
import { Failed, Skeleton } from '../ui/Notice';
import { ThreadItems } from './Messages';
import { threadItems } from './thread-items';

interface Props {
  readonly id: string;
  /** The cursor of the first message that is shown. */
  readonly before: string;
}

/** One page of older messages, fetched when asked for, and above it the next. */
export function EarlierMessages({ id, before }: Props) {
  const { t } = useWords();
  const [wanted, setWanted] = useState(false);
  if (wanted) return <Page id={id} before={before} />;
  return (
    <button type="button" className="button is-ghost is-small messages-earlier" onClick={() => setWanted(true)}>
      {t('thread.earlier')}
    </button>
  );
}

function Page({ id, before }: Props) {
  const [{ data, error }, refetch] = useQuery({ query: EarlierMessagesDocument, variables: { id, before } });
  const page = data?.conversation?.messages;
  const items = useMemo(() => threadItems(page?.nodes ?? [], [], false), [page]);
  if (error && !page) return <Failed error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
  if (!page) return <Skeleton rows={2} shape="message" />;
  const { hasPreviousPage, startCursor } = page.pageInfo;
  return (
    <>
      {hasPreviousPage && startCursor && <EarlierMessages id={id} before={startCursor} />}
      <ThreadItems conversationId={id} items={items} seen={null} />
    </>
  );
}
