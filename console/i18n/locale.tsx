import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import type { Word } from './fr/index.ts';
import { loadWords, textOf, type Locale } from './dictionary.ts';

type Say = (word: Word, values?: Record<string, string | number>) => string;
type Spoken = {
  locale: Locale;
  say: Say;
  change: (locale: Locale) => void;
  time: (iso: string) => string;
  /** The hour where it was today, else the day. */
  shortTime: (iso: string) => string;
  number: (value: number) => string;
  /** The name of a country by its code. */
  country: (code: string) => string;
  /** Nothing where no price is set. */
  money: (value: { amount: string; currency: string } | null) => string;
};

const KEY = 'locale';
const isLocale = (value: unknown): value is Locale => value === 'fr' || value === 'en';

/** As it was chosen here before, else as the browser is set. */
export function firstLocale(): Locale {
  const chosen = localStorage.getItem(KEY);
  if (isLocale(chosen)) return chosen;
  return navigator.language.startsWith('fr') ? 'fr' : 'en';
}

function spokenIn(locale: Locale, change: (locale: Locale) => void): Spoken {
  const times = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const hours = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const numbers = new Intl.NumberFormat(locale);
  const countries = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' });
  return {
    locale,
    change,
    say: (word, values = {}) =>
      textOf(word).replaceAll(/(?<!\{)\{(\w+)\}(?!\})/g, (_, name: string) => String(values[name] ?? '')),
    time: (iso) => times.format(new Date(iso)),
    shortTime: (iso) => {
      const at = new Date(iso);
      return (at.toDateString() === new Date().toDateString() ? hours : days).format(at);
    },
    number: (value) => numbers.format(value),
    country: (code) => countries.of(code) ?? code,
    money: (value) =>
      value === null
        ? ''
        : new Intl.NumberFormat(locale, { style: 'currency', currency: value.currency }).format(Number(value.amount)),
  };
}

const Context = createContext<Spoken | null>(null);

export function useLocale(): Spoken {
  const spoken = useContext(Context);
  if (!spoken) throw new Error('Nothing is said outside of LocaleProvider');
  return spoken;
}

/** `first`: what is spoken before somebody chooses otherwise. */
export function LocaleProvider({ first, children }: { first: Locale; children: ReactNode }) {
  const [locale, setLocale] = useState(first);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const spoken = useMemo(
    () =>
      spokenIn(locale, (next) => {
        localStorage.setItem(KEY, next);
        void loadWords(next).then(() => setLocale(next));
      }),
    [locale],
  );
  return (
    <I18nProvider locale={locale}>
      <Context value={spoken}>{children}</Context>
    </I18nProvider>
  );
}
