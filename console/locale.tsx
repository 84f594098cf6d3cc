import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { en } from './text-en.ts';
import { fr, type Word } from './text-fr.ts';

export type Locale = 'fr' | 'en';
type Say = (word: Word, values?: Record<string, string | number>) => string;
type Spoken = {
  locale: Locale;
  say: Say;
  change: (locale: Locale) => void;
  time: (iso: string) => string;
  number: (value: number) => string;
  /** Nothing where no price is set. */
  money: (value: { amount: string; currency: string } | null) => string;
};

const KEY = 'locale';
const words: Record<Locale, Record<Word, string>> = { fr, en };
const isLocale = (value: unknown): value is Locale => value === 'fr' || value === 'en';

function initial(): Locale {
  const chosen = localStorage.getItem(KEY);
  if (isLocale(chosen)) return chosen;
  return navigator.language.startsWith('fr') ? 'fr' : 'en';
}

function spokenIn(locale: Locale, change: (locale: Locale) => void): Spoken {
  const times = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const numbers = new Intl.NumberFormat(locale);
  return {
    locale,
    change,
    say: (word, values = {}) =>
      words[locale][word].replaceAll(/(?<!\{)\{(\w+)\}(?!\})/g, (_, name: string) => String(values[name] ?? '')),
    time: (iso) => times.format(new Date(iso)),
    number: (value) => numbers.format(value),
    money: (value) =>
      value === null
        ? ''
        : new Intl.NumberFormat(locale, { style: 'currency', currency: value.currency }).format(Number(value.amount)),
  };
}

const Context = createContext<Spoken>(spokenIn('fr', () => {}));
export const useLocale = (): Spoken => useContext(Context);

export function LocaleProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState(initial);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const spoken = useMemo(
    () =>
      spokenIn(locale, (next) => {
        localStorage.setItem(KEY, next);
        setLocale(next);
      }),
    [locale],
  );
  return (
    <I18nProvider locale={locale}>
      <Context value={spoken}>{children}</Context>
    </I18nProvider>
  );
}
