/** Where French rules hold. */
const FRENCH = new Set(['FR', 'GP', 'MQ', 'GF', 'RE', 'YT', 'PM', 'BL', 'MF']);
export const isFrench = (country: string): boolean => FRENCH.has(country);

/** Their numbers as a PostgreSQL pattern: Mayotte shares Réunion's prefix, Saint Martin and Saint Barthélemy Guadeloupe's. */
export const FRENCH_NUMBER = String.raw`^\+(33|262|508|590|594|596)`;
