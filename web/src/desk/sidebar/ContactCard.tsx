import { useWords } from '../i18n/context';
import type { Conversation } from '../thread/ConversationPanes';
import { Avatar } from '../ui/Avatar';
import { Time } from '../ui/Time';
import { contactName } from '../words/actor';

/** Who writes, and how else they can be reached. */
export function ContactCard({ contact }: { contact: Conversation['contact'] }) {
  const { t } = useWords();
  const { id, email, phone, createdAt } = contact;
  const at = Math.max(email?.lastIndexOf('@') ?? 0, 0);
  const name = contactName(contact, t);
  return (
    <section className="card" aria-labelledby="side-contact">
      <h2 id="side-contact">{t('side.contact')}</h2>
      <p className="contact">
        <Avatar id={id} name={name} contact />
        <strong>{name}</strong>
      </p>
      <dl className="facts">
        {email && (
          <div>
            <dt>{t('field.email')}</dt>
            <dd>
              <a href={`mailto:${email}`}>
                {/* Where a line is too short for it all, the name of the host is kept whole. */}
                {email.slice(0, at)}
                <wbr />
                {email.slice(at)}
              </a>
            </dd>
          </div>
        )}
        {phone && (
          <div>
            <dt>{t('field.phone')}</dt>
            <dd>
              <a href={`tel:${phone.replaceAll(/[^+\d]/g, '')}`}>{phone}</a>
            </dd>
          </div>
        )}
        <div>
          <dt>{t('field.since')}</dt>
          <dd>
            <Time at={createdAt} form="relative" />
          </dd>
        </div>
      </dl>
    </section>
  );
}
