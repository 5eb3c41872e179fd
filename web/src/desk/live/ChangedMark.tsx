import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { Avatar } from '../ui/Avatar';
import { actorName } from '../words/actor';
import { useMark } from './marks';

interface Props {
  /** The ticket or conversation. */
  readonly id: string;
  /** The kind of effect that changes what this stands beside. */
  readonly what: string;
}

/** Says for a while, beside what somebody else has just changed, who it was. */
export function ChangedMark({ id, what }: Props) {
  const { t } = useWords();
  const { marks } = useDesk();
  const mark = useMark(marks, id);
  if (!mark?.fresh || !mark.kinds.has(what)) return null;
  const name = actorName(mark.by, t);
  return (
    <span className="changed" role="status" title={t('mark.by', { name })}>
      <Avatar id={'id' in mark.by ? mark.by.id : ''} name={name} size="small" />
      <span className="changed-text">{t('mark.by', { name })}</span>
    </span>
  );
}
