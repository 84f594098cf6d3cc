import { expect, test } from 'vitest';
import { alsaceMoselleHolidays, easter, frenchHolidays } from '../../domain/sending/holidays.ts';
import { quietEffect } from '../../domain/sending/quiet-effect.ts';
import { quietNotes, quietWaitMs } from '../../domain/sending/quiet-hours.ts';

const FRANCE = '+33612000001';
const FAR = ['+33612000001', '+687750001', '+12125550100'];
const utc = (text: string) => new Date(`${text}Z`);
const goesAt = (phone: string, now: string, preset: 'standard' | 'strict' = 'standard'): string =>
  new Date(utc(now).getTime() + quietWaitMs(phone, utc(now), preset)).toISOString().slice(0, 16);

test.each([
  [2019, '2019-04-21'],
  [2024, '2024-03-31'],
  [2025, '2025-04-20'],
  [2026, '2026-04-05'],
  [2027, '2027-03-28'],
  [2038, '2038-04-25'],
  [2285, '2285-03-22'],
])('Easter of %i is on %s', (year, day) => {
  expect(easter(year).toISOString().slice(0, 10)).toBe(day);
});

test('the public holidays of France in 2026, with those that only some places keep', () => {
  const days = frenchHolidays(2026, 'Europe/Paris').map(({ day }) => day);
  expect(days.toSorted()).toEqual(
    ['01-01', '04-06', '05-01', '05-08', '05-14', '05-25', '07-14', '08-15', '11-01', '11-11', '12-25'].toSorted(),
  );
  expect(frenchHolidays(2026, 'Indian/Reunion').map(({ day }) => day)).toContain('12-20');
  expect(alsaceMoselleHolidays(2026).map(({ day }) => day)).toEqual(['04-03', '12-26']);
});

test.each([
  ['just in time', FRANCE, '2026-01-14T20:29:59', '2026-01-14T20:29'],
  ['at 21:30', FRANCE, '2026-01-14T20:30:00', '2026-01-15T07:00'],
  ['before 8', FRANCE, '2026-01-14T06:59:00', '2026-01-14T07:00'],
  ['at 8', FRANCE, '2026-01-14T07:00:00', '2026-01-14T07:00'],
  ['in summer', FRANCE, '2026-07-15T20:00:00', '2026-07-16T06:00'],
  ['over the night in which the clocks go forward', FRANCE, '2026-03-28T22:00:00', '2026-03-29T06:00'],
  ['over the night in which they go back', FRANCE, '2026-10-24T22:00:00', '2026-10-25T07:00'],
  ['to Réunion, where it is three hours later', '+262692000001', '2026-01-14T17:30:00', '2026-01-15T04:00'],
  ['to Mayotte, which has its own time', '+262639000001', '2026-01-14T18:00:00', '2026-01-14T18:00'],
  ['to Guadeloupe, where it is still morning', '+590690000001', '2026-01-14T11:00:00', '2026-01-14T12:00'],
  ['to London', '+447700900001', '2026-01-14T20:45:00', '2026-01-14T20:45'],
  ['to America, whose zone the number does not tell', '+12125550100', '2026-01-14T14:00:00', '2026-01-14T18:00'],
])('marketing %s waits for the recipient’s own clock', (_, phone, now, then) => {
  expect(goesAt(phone, now)).toBe(then);
});

test.each([
  ['by day: at once', ['+33612000001'], '2026-01-14T10:00:00', 'standard', null],
  ['by night: in the morning', ['+33612000001'], '2026-01-14T23:22:00', 'standard', '2026-01-15T07:00'],
  [
    'Paris and London: once both are up',
    ['+33612000001', '+447700900001'],
    '2026-01-14T23:22:00',
    'standard',
    '2026-01-15T08:00',
  ],
  [
    'Paris and Nouméa: once one is up and the other is not in bed',
    FAR.slice(0, 2),
    '2026-01-14T23:22:00',
    'standard',
    '2026-01-15T07:00',
  ],
  ['Paris, Nouméa and America: there is no such hour', FAR, '2026-01-14T23:22:00', 'standard', null],
] as const)('from when on all may be written to, %s', (_, phones, at, quietPreset, clear) => {
  const { clearAt } = quietEffect(phones, utc(at), { purpose: 'marketing', quietHours: 'warn', quietPreset });
  expect(clearAt?.toISOString().slice(0, 16) ?? null).toBe(clear);
});

test('the stricter preset leaves out Sundays and holidays, one after the other', () => {
  // Saturday evening before Easter: Sunday, then Easter Monday.
  expect(goesAt(FRANCE, '2026-04-04T18:30:00', 'strict')).toBe('2026-04-07T06:00');
  expect(goesAt(FRANCE, '2026-04-04T18:30:00')).toBe('2026-04-04T18:30');
  expect(goesAt('+4915112345678', '2026-04-06T10:00:00', 'strict')).toBe('2026-04-06T10:00');
});

test('Sundays and holidays are tolerated but said; those of Alsace and Moselle are noted', () => {
  const kinds = (at: string) => quietNotes(FRANCE, utc(at), 'standard').map(({ kind }) => kind);
  expect(kinds('2026-01-14T10:00:00')).toEqual([]);
  expect(kinds('2026-01-14T23:00:00')).toEqual(['night']);
  expect(kinds('2026-01-18T10:00:00')).toEqual(['sunday']);
  expect(quietNotes(FRANCE, utc('2026-05-14T10:00:00'), 'standard')).toEqual([{ kind: 'holiday', name: 'Ascension' }]);
  expect(kinds('2026-04-03T10:00:00')).toEqual(['alsace-moselle']);
});
