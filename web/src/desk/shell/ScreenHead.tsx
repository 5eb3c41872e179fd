import type { ReactNode } from 'react';
import { useWords } from '../i18n/context';
import { Icon } from '../ui/Icon';

/** The button that brings the navigation where there is no room for it. */
export function NavigationButton({ onClick }: { onClick: () => void }) {
  const { t } = useWords();
  return (
    <button type="button" className="button is-ghost is-icon only-narrow" aria-label={t('nav.open')} onClick={onClick}>
      <Icon name="menu" />
    </button>
  );
}

/** The head of a screen that has no list beside it. */
export function ScreenHead({ onNavigation, children }: { onNavigation: () => void; children: ReactNode }) {
  return (
    <header className="screen-head">
      <NavigationButton onClick={onNavigation} />
      {children}
    </header>
  );
}
