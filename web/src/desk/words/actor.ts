import type { ActorFragment } from '#generated';
import type { Words } from '../i18n/context';

type Contact = { readonly name?: string | null; readonly email: string | null; readonly phone: string | null };

/** Who did something, by name. */
export function actorName(actor: ActorFragment, t: Words['t']): string {
  switch (actor.__typename) {
    case 'Contact':
      return contactName({ ...actor, name: actor.contactName }, t);
    case 'System':
      return t('actor.system');
    default:
      return actor.name;
  }
}

/** A contact by name, or else by how they can be reached. */
export function contactName({ name, email, phone }: Contact, t: Words['t']): string {
  return name ?? email ?? phone ?? t('actor.contact');
}
