import type { Key } from '../i18n/catalogue';
import { useWords } from '../i18n/context';
import { Dialog } from '../ui/Dialog';
import { SEND_KEYS } from './platform';

/** All shortcuts, as their components listen for them. */
const GROUPS: readonly { readonly name: Key; readonly keys: readonly (readonly [string, Key])[] }[] = [
  {
    name: 'keys.group.list',
    keys: [
      ['j', 'keys.next'],
      ['k', 'keys.previous'],
      ['/', 'keys.search'],
      ['1 – 4', 'keys.views'],
      ['Esc', 'keys.escape'],
    ],
  },
  {
    name: 'keys.group.conversation',
    keys: [
      ['r', 'keys.reply'],
      ['n', 'keys.note'],
      [SEND_KEYS, 'keys.send'],
      ['e', 'keys.close'],
      ['a', 'keys.claim'],
      ['o', 'keys.owner'],
      ['s', 'keys.status'],
      ['t', 'keys.record'],
      ['#', 'keys.trash'],
    ],
  },
  {
    name: 'keys.group.desk',
    keys: [
      ['z', 'keys.undo'],
      ['?', 'keys.help'],
    ],
  },
];

/** The help that `?` opens. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  return (
    <Dialog title={t('keys.title')} onClose={onClose} wide>
      <div className="shortcuts">
        {GROUPS.map(({ name, keys }) => (
          <section key={name}>
            <h3>{t(name)}</h3>
            <dl>
              {keys.map(([key, meaning]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{t(meaning)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
