import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { type Catalogue, type Key, type Language, loadCatalogue, preferredLanguage } from './catalogue';
import { Dates } from './dates';
import { format, type Values } from './message';

/** Texts and dates in the language of the desk. */
export interface Words {
  readonly language: Language;
  readonly t: (key: Key, values?: Values) => string;
  readonly dates: Dates;
  readonly choose: (language: Language) => void;
}

const WordsContext = createContext<Words | null>(null);
const STORED = 'tandem.language';

/** Brings the language to all that is within; shows nothing until it is there. */
export function WordsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(() => preferredLanguage(localStorage.getItem(STORED), navigator.languages));
  const [catalogue, setCatalogue] = useState<{ of: Language; texts: Catalogue } | null>(null);

  useEffect(() => {
    let wanted = true;
    void loadCatalogue(language).then((texts) => {
      if (!wanted) return;
      document.documentElement.lang = language;
      setCatalogue({ of: language, texts });
    });
    return () => {
      wanted = false;
    };
  }, [language]);

  const words = useMemo(() => catalogue && {
    ...wordsIn(catalogue.of, catalogue.texts),
    choose(chosen: Language) {
      localStorage.setItem(STORED, chosen);
      setLanguage(chosen);
    },
  }, [catalogue]);
  return words && <WordsContext value={words}>{children}</WordsContext>;
}

/** Texts and dates of a catalogue, also outside of components. */
export function wordsIn(language: Language, texts: Catalogue): Omit<Words, 'choose'> {
  return {
    language,
    t: (key, values = {}) => format(texts[key], values, language),
    dates: new Dates(regional(language, typeof navigator === 'undefined' ? [] : navigator.languages)),
  };
}

/** A language as it is spoken where the browser is: dates differ between London and New York. */
export function regional(language: Language, wanted: readonly string[]): string {
  return wanted.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}

/** The language of the desk. */
export function useWords(): Words {
  const words = useContext(WordsContext);
  if (!words) throw new Error('useWords needs a WordsProvider around it');
  return words;
}
