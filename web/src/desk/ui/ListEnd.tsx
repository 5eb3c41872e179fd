import { useWords } from '../i18n/context';
import { Skeleton } from './Notice';
import { useNearEnd } from './use-near-end';

interface Props {
  /** Whether others follow, and how it is with them. */
  readonly state: 'more' | 'loading' | 'failed' | 'ended';
  /** How many rows there are now. */
  readonly length: number;
  readonly onMore: () => void;
  /** What is said where nothing follows. */
  readonly ended: string;
}

/** The end of a list: brings more when it comes near, and says when there is no more, or when it did not come. */
export function ListEnd({ state, length, onMore, ended }: Props) {
  const { t } = useWords();
  const end = useNearEnd<HTMLDivElement>(onMore, length, state === 'more');
  return (
    <div ref={end} className="list-end">
      {state === 'more' && (
        <button type="button" className="button is-ghost is-small" onClick={onMore}>
          {t('action.more')}
        </button>
      )}
      {state === 'loading' && <Skeleton rows={2} shape="row" />}
      {state === 'failed' && (
        <p role="alert">
          {t('list.failed')}{' '}
          <button type="button" className="button is-small" onClick={onMore}>
            {t('action.retry')}
          </button>
        </p>
      )}
      {state === 'ended' && length > 0 && <p>{ended}</p>}
    </div>
  );
}
