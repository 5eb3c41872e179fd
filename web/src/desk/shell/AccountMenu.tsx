import { useEffect, useRef, useState } from 'react';
import { useDesk } from '../desk-context';
import { type Language, LANGUAGES } from '../i18n/catalogue';
import { useWords } from '../i18n/context';
import { Avatar } from '../ui/Avatar';
import { Icon } from '../ui/Icon';
import type { ShellDialog } from './Shell';
import { chooseTheme, storedTheme, type Theme, THEMES } from './theme';

/** Who one is, and how one likes the desk. */
export function AccountMenu({ onDialog }: { onDialog: (dialog: ShellDialog) => void }) {
  const { t, language, choose } = useWords();
  const { viewer, signOut, demo } = useDesk();
  const [open, setOpen] = useState(false);
  const [theme, setTheme] = useState(storedTheme);
  const root = useRef<HTMLDivElement>(null);
  const { user } = viewer;

  useEffect(() => {
    if (!open) return;
    const leave = (event: Event) => {
      const escape = event instanceof KeyboardEvent && event.key === 'Escape';
      if (escape || (event.type === 'pointerdown' && !root.current?.contains(event.target as Node))) setOpen(false);
    };
    document.addEventListener('pointerdown', leave);
    document.addEventListener('keydown', leave);
    return () => {
      document.removeEventListener('pointerdown', leave);
      document.removeEventListener('keydown', leave);
    };
  }, [open]);

  const show = (dialog: ShellDialog) => {
    setOpen(false);
    onDialog(dialog);
  };
  return (
    <div className="account" ref={root}>
      <button type="button" className="account-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Avatar id={user.id} name={user.name} />
        <span className="account-text">
          <strong>{user.name}</strong>
          <small>{t(`role.${user.role}`)}</small>
        </span>
        <Icon name="settings" />
        <span className="sr-only">{t('menu.label')}</span>
      </button>
      {open && (
        <div className="account-menu" role="group" aria-label={t('menu.label')}>
          <label>
            <span>{t('menu.theme')}</span>
            <select
              value={theme}
              onChange={({ target }) => {
                const chosen = target.value as Theme;
                chooseTheme(chosen);
                setTheme(chosen);
              }}
            >
              {THEMES.map((each) => (
                <option key={each} value={each}>
                  {t(`theme.${each}`)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{t('menu.language')}</span>
            <select value={language} onChange={({ target }) => choose(target.value as Language)}>
              {Object.entries(LANGUAGES).map(([tag, name]) => (
                <option key={tag} value={tag} lang={tag}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <button type="button" onClick={() => show('shortcuts')}>
            {t('menu.shortcuts')} <kbd>?</kbd>
          </button>
          <button type="button" onClick={() => show('developers')}>
            {t('menu.developers')}
          </button>
          <button type="button" onClick={signOut}>
            {t(demo ? 'menu.otherAccount' : 'menu.signOut')}
          </button>
        </div>
      )}
    </div>
  );
}
