import { z } from '@hono/zod-openapi';
import { OutOfHours } from '../../database/replies/out-of-hours.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { because, fault, type Fault } from '../../domain/problems/said.ts';
import { publicHolidays } from '../../domain/replies/public-holidays.ts';
import { offsetMs } from '../../domain/zoned-time.ts';
import { readerLanguage } from '../http/language.ts';

import { forAccounts, ok, routesOf } from '../http/route.ts';
import { body, Country, Locale } from '../http/schemas.ts';
import type { ApiServices, CallingAccount } from '../services.ts';
import { shortTextFault } from '../http/short-text.ts';

const [MOST_OPENINGS, MOST_CLOSED] = [28, 50];
/** Upcoming holidays shown. */
const COMING = 5;
const From = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, because('time-of-day'));
const To = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, because('time-of-day'));
const Openings = z
  .array(z.strictObject({ day: z.int().min(1).max(7).openapi({ description: '1 is Monday' }), from: From, to: To }))
  .max(MOST_OPENINGS)
  .openapi({ description: 'When somebody is there, in the time zone of the account; a day may have several' });
const Day = z.iso.date().openapi({ example: '2026-08-03' });
const fields = {
  enabled: z.boolean(),
  text: z.string().max(2000).openapi({ example: 'Nous sommes fermés. Nous vous répondons demain dès 9 h.' }),
  hours: Openings,
  holidays: z
    .boolean()
    .default(false)
    .openapi({ description: 'Whether nobody is there on the public holidays of the whole country of the account' }),
  closed: z
    .array(z.strictObject({ from: Day, to: Day }))
    .max(MOST_CLOSED)
    .default([])
    .openapi({ description: 'Days on which nobody is there whatever the hours, from the first of them to the last' }),
};
const Change = z.strictObject(fields).openapi('OutOfHoursChange');
const View = z
  .object({
    ...fields,
    timeZone: z.string(),
    country: Country,
    coming: z
      .array(z.object({ day: Day, name: z.string() }))
      .openapi({ description: 'The next public holidays of that country; none where they are not known' }),
  })
  .openapi('OutOfHours');

const Asked = z.strictObject({
  language: Locale.optional().openapi({
    description: 'Of the names of holidays. Left out: as Accept-Language says, else the account’s',
  }),
});

const route = routesOf('Conversations');
const summary =
  'What a reply is answered with while nobody is there: once for each conversation and closed period, no STOP and no keyword';
const get = route('get', '/out-of-hours', 'getOutOfHours', {
  summary: summary,
  request: { query: Asked },
  responses: ok('As it is', View),
});
const put = route('put', '/out-of-hours', 'setOutOfHours', {
  summary: 'Set it',
  request: { query: Asked, body: body(Change) },
  responses: ok('As it is now', View),
});

const NOTHING = { enabled: false, text: '', hours: [], holidays: false, closed: [] };

function check({ enabled, text, hours, closed }: z.infer<typeof Change>): void {
  const faults: Fault[] = [];
  const textFault = enabled || text !== '' ? shortTextFault(text) : undefined;
  if (textFault) faults.push({ field: 'text', ...textFault });
  const backwards = hours.findIndex(({ from, to }) => from >= to);
  if (backwards >= 0) faults.push(fault(`hours.${backwards}`, 'ends-before'));
  const reversed = closed.findIndex(({ from, to }) => from > to);
  if (reversed >= 0) faults.push(fault(`closed.${reversed}`, 'days-reversed'));
  if (enabled && hours.length === 0) faults.push(fault('hours', 'no-hours'));
  if (faults.length > 0) throw invalidRequest(...faults);
}

async function view(account: CallingAccount, language: 'fr' | 'en', setting: z.infer<typeof Change>) {
  const { country, timeZone } = account;
  const now = new Date(Date.now() + offsetMs(Date.now(), timeZone));
  const today = now.toISOString().slice(0, 10);
  const years = [now.getUTCFullYear(), now.getUTCFullYear() + 1];
  const found = (await Promise.all(years.map((year) => publicHolidays({ country, timeZone }, year, language)))).flat();
  const { enabled, text, hours, holidays, closed } = setting;
  const coming = found.filter(({ day }) => day >= today).slice(0, COMING);
  return { enabled, text, hours, holidays, closed, timeZone, country, coming };
}

export const outOfHours = ({ db }: ApiServices) =>
  forAccounts()
    .openapi(get, async (c) => {
      const account = c.get('account');
      const setting = (await db.em().findOne(OutOfHours, { account: account.id })) ?? NOTHING;
      return c.json(await view(account, readerLanguage(c, c.req.valid('query').language), setting), 200);
    })
    .openapi(put, async (c) => {
      const account = c.get('account');
      const asked = c.req.valid('json');
      check(asked);
      await db.em().upsert(OutOfHours, { account: account.id, ...asked });
      return c.json(await view(account, readerLanguage(c, c.req.valid('query').language), asked), 200);
    });
