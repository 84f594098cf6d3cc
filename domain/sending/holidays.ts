/** `MM-DD`, with its French name. */
export type Holiday = { day: string; name: string };

/** Easter Sunday as UTC midnight (Meeus, Jones, Butcher). */
export function easter(year: number): Date {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  return new Date(Date.UTC(year, month - 1, day));
}

const FIXED: Holiday[] = [
  { day: '01-01', name: 'Jour de l’an' },
  { day: '05-01', name: 'Fête du travail' },
  { day: '05-08', name: 'Victoire de 1945' },
  { day: '07-14', name: 'Fête nationale' },
  { day: '08-15', name: 'Assomption' },
  { day: '11-01', name: 'Toussaint' },
  { day: '11-11', name: 'Armistice de 1918' },
  { day: '12-25', name: 'Noël' },
];
/** Days of the abolition of slavery overseas. */
const ABOLITION: Record<string, string> = {
  'Indian/Mayotte': '04-27',
  'America/Martinique': '05-22',
  'America/Guadeloupe': '05-27',
  'America/Cayenne': '06-10',
  'Indian/Reunion': '12-20',
};

const after = (sunday: Date, days: number): string => new Date(sunday.getTime() + days * 86_400_000).toISOString().slice(5, 10);

/** National holidays, and an overseas department's by its zone. */
export function frenchHolidays(year: number, zone: string): Holiday[] {
  const sunday = easter(year);
  const abolition = ABOLITION[zone];
  return [
    ...FIXED,
    { day: after(sunday, 1), name: 'Lundi de Pâques' },
    { day: after(sunday, 39), name: 'Ascension' },
    { day: after(sunday, 50), name: 'Lundi de Pentecôte' },
    ...(abolition === undefined ? [] : [{ day: abolition, name: 'Abolition de l’esclavage' }]),
  ];
}

/** Only noted: a mobile number does not tell whether it is from Alsace or Moselle. */
export const alsaceMoselleHolidays = (year: number): Holiday[] => [
  { day: after(easter(year), -2), name: 'Vendredi saint' },
  { day: '12-26', name: 'Saint-Étienne' },
];
