import { Component, type ReactNode } from 'react';
import { useWords } from '../i18n/context';
import { Empty } from './Notice';

/** A mistake in the desk itself: says so in place of a blank page. Drafts are kept across the reload. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <Crashed /> : this.props.children;
  }
}

function Crashed() {
  const { t } = useWords();
  return (
    <main className="sign-in" role="alert">
      <Empty icon="warning" title={t('state.failed')}>
        <button type="button" className="button" onClick={() => window.location.reload()}>
          {t('action.retry')}
        </button>
      </Empty>
    </main>
  );
}
