import type { ReactNode } from 'react';
import { useWords } from '../i18n/context';
import { Skeleton } from './Notice';
import { useNearEnd } from './use-near-end';

export type EndState = 'more' | 'loading' | 'failed' | 'ended';

interface Props {
  /** Whether others follow, and how it is with them. */
  readonly state: EndState;
  /** How many rows there are now. */
  readonly length: number;
  readonly onMore: () => void;
  /** What is said where nothing follows. */
  readonly ended: string;
}

/** The end of a list: brings more when it comes near, and says when there is no more, or when it did not come. */
export function ListEnd({ ended, ...edge }: Props) {
  const { t } = useWords();
  return (
    <Edge {...edge} name={t('action.more')} shape="row">
      <p>{ended}</p>
    </Edge>
  );
}

interface BeginProps extends Omit<Props, 'ended'> {
  /** What the button is called that brings more. */
  readonly name: string;
}

/** The beginning of what is read from its end, with the same behaviour. */
export function ListBegin(props: BeginProps) {
  return <Edge {...props} shape="message" />;
}

function Edge({ state, length, onMore, name, shape, children }: BeginProps & { shape: 'row' | 'message'; children?: ReactNode }) {
  const { t } = useWords();
  const edge = useNearEnd<HTMLDivElement>(onMore, length, state === 'more');
  return (
    <div ref={edge} className="list-end">
      {state === 'more' && (
        <button type="button" className="button is-ghost is-small" onClick={onMore}>
          {name}
        </button>
      )}
      {state === 'loading' && <Skeleton rows={2} shape={shape} />}
      {state === 'failed' && (
        <p role="alert">
          {t('list.failed')}{' '}
          <button type="button" className="button is-small" onClick={onMore}>
            {t('action.retry')}
          </button>
        </p>
      )}
      {state === 'ended' && children}
    </div>
  );
}
