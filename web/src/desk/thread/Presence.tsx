import { useWords } from '../i18n/context';
import { Avatar } from '../ui/Avatar';
import type { Others } from './use-presence';

/** Who else is here, and who is writing. */
export function Presence({ others }: { others: Others }) {
  const { t, language } = useWords();
  const writing = others.filter(({ typing }) => typing);
  const told = writing.length > 0 ? writing : others;
  const names = new Intl.ListFormat(language).format(told.map(({ user }) => user.name));
  return (
    <div className="presence" role="status">
      {others.length > 0 && (
        <>
          <span className="presence-people" aria-hidden="true">
            {others.map(({ user }) => (
              <Avatar key={user.id} id={user.id} name={user.name} size="small" />
            ))}
          </span>
          <span>{t(writing.length > 0 ? 'presence.typing' : 'presence.looking', { count: told.length, names })}</span>
          {writing.length > 0 && (
            <span className="presence-dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
          )}
        </>
      )}
    </div>
  );
}
