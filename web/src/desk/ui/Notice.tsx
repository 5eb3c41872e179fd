import type { ReactNode } from 'react';
import type { CombinedError } from '@urql/core';
import { useWords } from '../i18n/context';
import { Icon, type IconName } from './Icon';
import { useOnceBack } from './use-once-back';

/** What stands where there is nothing to show. */
export function Empty({ icon, title, text, children }: { icon: IconName; title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} />
      </span>
      <p className="empty-title">{title}</p>
      {text && <p className="empty-text">{text}</p>}
      {children}
    </div>
  );
}

/** What stands in place of something that could not be fetched, with a way to try again. */
export function Failed({ error, onRetry }: { error: CombinedError; onRetry: () => void }) {
  const { t } = useWords();
  const offline = error.networkError !== undefined;
  useOnceBack(onRetry, offline);
  return (
    <div role="alert">
      <Empty icon={offline ? 'offline' : 'warning'} title={t(offline ? 'state.offline' : 'state.failed')} text={offline ? '' : (error.graphQLErrors[0]?.message ?? '')}>
        <button type="button" className="button" onClick={onRetry}>
          {t('action.retry')}
        </button>
      </Empty>
    </div>
  );
}

/** Grey lines in the shape of what is on its way; said once to those who listen. */
export function Skeleton({ rows, shape }: { rows: number; shape: 'row' | 'message' | 'field' }) {
  const { t } = useWords();
  return (
    <div className="skeletons" role="status">
      <span className="sr-only">{t('state.loading')}</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={`skeleton is-${shape}`} aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}
