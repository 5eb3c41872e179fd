import { useWords } from '../i18n/context';
import { Icon } from '../ui/Icon';
import type { Line } from './cascade';

interface Props {
  readonly lines: readonly Line[];
  /** Whether to say by which rule. */
  readonly rules: boolean;
}

/** Effects one below the other, each with its reason. */
export function CascadeLines({ lines, rules }: Props) {
  const { t } = useWords();
  // One reason is said once for all the lines in a row that share it.
  const reason = (index: number) => (rules && lines[index]?.rule !== lines[index - 1]?.rule ? lines[index]?.rule : null);
  return (
    <ul className="cascade">
      {lines.map(({ index, kind, subject, title, change }, place) => {
        const rule = reason(place);
        return (
          <li key={index}>
            {rule && rule !== 'DIRECT' && <p className="cascade-rule">{t(`rule.${rule}`)}</p>}
            <div className="cascade-line">
              <Icon name={kind === 'ticket' ? 'ticket' : 'CHAT'} />
              <span className="cascade-subject">
                <strong>{subject}</strong>
                {title && <span>{title}</span>}
              </span>
              <span className="cascade-change">{change}</span>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
