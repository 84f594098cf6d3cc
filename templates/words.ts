/** A time in words, in the reader's language and time zone. */
export const dateIn = (locale: 'fr' | 'en', timeZone: string, at: Date): string =>
  new Intl.DateTimeFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone }).format(at);
