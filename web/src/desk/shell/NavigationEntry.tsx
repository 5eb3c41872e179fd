import type { Key } from '../i18n/catalogue';
import { useWords } from '../i18n/context';
import { hrefOf, type Route } from '../routes';
import { Icon, type IconName } from '../ui/Icon';

interface Props {
  readonly to: Route;
  readonly icon: IconName;
  readonly name: string;
  readonly count: number | undefined;
  readonly current: boolean;
  /** The text that says what is counted. */
  readonly counted?: Extract<Key, 'nav.count' | 'nav.trashCount' | 'side.conversations'>;
}

/** A place to go to, with how many conversations are there. */
export function NavigationEntry({ to, icon, name, count, current, counted = 'nav.count' }: Props) {
  const { t } = useWords();
  return (
    <li>
      <a href={hrefOf(to)} aria-current={current ? 'page' : undefined}>
        <Icon name={icon} />
        <span className="navigation-name" title={name}>{name}</span>
        {count !== undefined && count > 0 && (
          <span className="count">
            <span aria-hidden="true">{count}</span>
            <span className="sr-only">{t(counted, { count })}</span>
          </span>
        )}
      </a>
    </li>
  );
}
