import type { en } from './en';
import type { Plural } from './message';

/** The name of a text. */
export type Key = keyof typeof en;

/** A complete translation: a text for each of English's, with plural forms where English has them. */
export type Catalogue = { readonly [Name in Key]: (typeof en)[Name] extends string ? string : Plural };

/** The languages of the desk, by their own names. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', pl: 'Polski' } as const;
export type Language = keyof typeof LANGUAGES;

/** Loads a language; only the one that is used travels. */
export async function loadCatalogue(language: Language): Promise<Catalogue> {
  switch (language) {
    case 'en':
      return (await import('./en')).en;
    case 'de':
      return (await import('./de')).de;
    case 'pl':
      return (await import('./pl')).pl;
  }
}

/** The language that was chosen here, or else the first of the browser's that there is. */
export function preferredLanguage(stored: string | null, wanted: readonly string[]): Language {
  const known = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);
  return [stored ?? '', ...wanted.map((tag) => tag.slice(0, 2).toLowerCase())].find(known) ?? 'en';
}
