import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LANGUAGES, type Key, type Language, loadCatalogue, preferredLanguage } from '../../src/desk/i18n/catalogue';
import { en } from '../../src/desk/i18n/en';
import { format, type Message } from '../../src/desk/i18n/message';

const languages = Object.keys(LANGUAGES) as Language[];
const texts = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const parameters = (text: string) => [...new Set(Array.from(text.matchAll(/\{(\w+)\}/g), ([, name]) => name))].sort();

describe.each(languages)('the catalogue %s', async (language) => {
  const catalogue: Record<string, Message> = await loadCatalogue(language);

  it('has every text, and no other', () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
    for (const text of Object.values(catalogue).flatMap(texts)) expect(text.trim()).not.toBe('');
  });

  it('has a form for each plural that the language tells apart', () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [key, message] of Object.entries(catalogue)) {
      if (typeof message !== 'string') expect([key, ...Object.keys(message).sort()]).toEqual([key, ...[...pluralCategories].sort()]);
    }
  });

  it('uses the parameters that English uses', () => {
    for (const [key, message] of Object.entries(catalogue)) {
      const wanted = parameters(texts(en[key as Key]).join(' '));
      for (const text of texts(message)) expect([key, parameters(text)]).toEqual([key, wanted]);
    }
  });
});

describe('texts', () => {
  it('take the form of their count', async () => {
    const pl = await loadCatalogue('pl');
    const say = (count: number) => format(pl['also.closed'], { count }, 'pl');
    expect([1, 3, 5, 22].map(say)).toEqual([
      '1 rozmowa zamknięta',
      '3 rozmowy zamknięte',
      '5 rozmów zamkniętych',
      '22 rozmowy zamknięte',
    ]);
  });

  it('leave alone what no value is given for', () => {
    expect(format('{a} and {b}', { a: 1 }, 'en')).toBe('1 and {b}');
  });

  it('are each in use', () => {
    const source = join(import.meta.dirname, '../../src/desk');
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !name.startsWith('i18n'));
    const code = files.map((name) => readFileSync(join(source, name), 'utf8')).join('\n');
    const composed = Array.from(code.matchAll(/`((?:\w+\.)+)\$\{/g), ([, prefix]) => prefix ?? '');
    const unused = Object.keys(en).filter((key) => !code.includes(`'${key}'`) && !composed.some((prefix) => key.startsWith(prefix)));
    expect(unused).toEqual([]);
  });
});

describe('the language of the desk', () => {
  it('is the one that was chosen, else the browser’s, else English', () => {
    expect(preferredLanguage('pl', ['de-AT'])).toBe('pl');
    expect(preferredLanguage(null, ['fr', 'de-AT', 'pl'])).toBe('de');
    expect(preferredLanguage('xx', ['fr'])).toBe('en');
  });
});
