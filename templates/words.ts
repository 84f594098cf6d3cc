// Cached: slow to construct, and as few as accounts have time zones.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale: 'fr' | 'en', timeZone: string): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone });
  formats.set(key, made);
  return made;
}

export const dateIn = (locale: 'fr' | 'en', timeZone: string, at: Date): string => formatOf(locale, timeZone).format(at);
