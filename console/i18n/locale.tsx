import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import type { Word } from './fr/index.ts';
import { DAY_MS } from '../../domain/durations.ts';
import { isWord, loadWords, textOf, type Locale } from './dictionary.ts';

type Values = Record<string, string | number>;
type Spoken = {
  locale: Locale;
  say: (word: Word, values?: Values) => string;
  /** For words named by the API, which may lack one: then `other`. */
  sayOr: (word: string, other: string, values?: Values) => string;
  change: (locale: Locale) => void;
  time: (iso: string) => string;
  hour: (iso: string) => string;
  /** Today, yesterday, or a date with its weekday. */
  day: (iso: string) => string;
  /** Hour, yesterday, weekday or date, whichever is shortest. */
  shortTime: (iso: string) => string;
  /** Day and hour, without the year. */
  moment: (iso: string) => string;
  /** `month`: such as 2026-11. */
  monthOf: (month: string) => string;
  ago: (seconds: number) => string;
  number: (value: number) => string;
  percent: (part: number, whole: number) => string;
  country: (code: string) => string;
  /** Empty for null. */
  money: (value: { amount: string; currency: string } | null) => string;
};

const KEY = 'locale';
const isLocale = (value: unknown): value is Locale => value === 'fr' || value === 'en';

/** As chosen before, else the browser's language. */
export function firstLocale(): Locale {
  const chosen = localStorage.getItem(KEY);
  if (isLocale(chosen)) return chosen;
  return navigator.language.startsWith('fr') ? 'fr' : 'en';
}

/** Regional format: British dates differ from American ones. */
const regionOf = (locale: Locale): string =>
  // Some browsers give system names such as en-US@posix.
  navigator.languages.find((each) => each.startsWith(locale) && /^[\w-]+$/.test(each)) ?? locale;

/** Midnights since then. */
const daysAgo = (at: Date): number => Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / DAY_MS);

function spokenIn(locale: Locale, change: (locale: Locale) => void): Spoken {
  const region = regionOf(locale);
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(region, options);
  const times = format({ dateStyle: 'medium', timeStyle: 'short' });
  const hours = format({ timeStyle: 'short' });
  const weekdays = format({ weekday: 'short' });
  const dates = format({ day: 'numeric', month: 'short' });
  const longDates = format({ dateStyle: 'medium' });
  const days = format({ weekday: 'long', day: 'numeric', month: 'long' });
  const months = format({ month: 'long', year: 'numeric' });
  const percents = new Intl.NumberFormat(region, { style: 'percent', maximumFractionDigits: 1 });
  const relative = new Intl.RelativeTimeFormat(region, { numeric: 'auto' });
  const numbers = new Intl.NumberFormat(region);
  const countries = new Intl.DisplayNames(region, { type: 'region', fallback: 'code' });
  const say: Spoken['say'] = (word, values = {}) =>
    textOf(word).replaceAll(/(?<!\{)\{(\w+)\}(?!\})/g, (_, name: string) => String(values[name] ?? ''));
  return {
    locale,
    change,
    say,
    sayOr: (word, other, values) => (isWord(word) ? say(word, values) : other),
    time: (iso) => times.format(new Date(iso)),
    moment: (iso) => {
      const at = new Date(iso);
      return textOf('dayAtHour').replace('{day}', dates.format(at)).replace('{hour}', hours.format(at));
    },
    hour: (iso) => hours.format(new Date(iso)),
    day: (iso) => {
      const at = new Date(iso);
      const ago = daysAgo(at);
      if (ago === 0 || ago === 1) return relative.format(-ago, 'day');
      return (at.getFullYear() === new Date().getFullYear() ? days : longDates).format(at);
    },
    shortTime: (iso) => {
      const at = new Date(iso);
      const ago = daysAgo(at);
      if (ago === 0) return hours.format(at);
      if (ago === 1) return relative.format(-1, 'day');
      if (ago > 1 && ago < 7) return weekdays.format(at);
      return (at.getFullYear() === new Date().getFullYear() ? dates : longDates).format(at);
    },
    monthOf: (month) => months.format(new Date(`${month}-15T12:00:00`)),
    ago: (seconds) => relative.format(-seconds, 'second'),
    number: (value) => numbers.format(value),
    percent: (part, whole) => percents.format(whole === 0 ? 0 : part / whole),
    country: (code) => countries.of(code) ?? code,
    money: (value) =>
      value === null
        ? ''
        : new Intl.NumberFormat(region, { style: 'currency', currency: value.currency }).format(Number(value.amount)),
  };
}

const Context = createContext<Spoken | null>(null);

export function useLocale(): Spoken {
  const spoken = useContext(Context);
  if (!spoken) throw new Error('Nothing is said outside of LocaleProvider');
  return spoken;
}

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
