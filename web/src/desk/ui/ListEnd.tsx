import type { ReactNode } from 'react';
import { useWords } from '../i18n/context';
import { Skeleton } from './Notice';
import { useNearEnd } from './use-near-end';
import { useOnceBack } from './use-once-back';

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

/** The end of a short list within something else, which goes on when one asks for it. */
export function MoreButton({ state, onMore }: Pick<Props, 'state' | 'onMore'>) {
  const { t } = useWords();
  return state !== 'ended' && <Going state={state} onMore={onMore} name={t('action.more')} shape="field" />;
}

interface GoingProps extends Omit<BeginProps, 'length'> {
  /** What is on its way, as grey lines. */
  readonly shape: 'row' | 'message' | 'field';
}

function Edge({ length, children, ...going }: GoingProps & Pick<Props, 'length'> & { children?: ReactNode }) {
  const edge = useNearEnd<HTMLDivElement>(going.onMore, length, going.state === 'more');
  return (
    <div ref={edge} className="list-end">
      <Going {...going} />
      {going.state === 'ended' && children}
    </div>
  );
}

function Going({ state, onMore, name, shape }: GoingProps) {
  const { t } = useWords();
  useOnceBack(onMore, state === 'failed');
  return (
    <>
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
    </>
  );
}
