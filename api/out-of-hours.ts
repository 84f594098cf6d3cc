import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { OutOfHours } from '../database/out-of-hours.ts';
import { AppError, type Fault } from '../domain/errors.ts';
import { invalid } from './invalid.ts';
import { problems } from './problem.ts';
import { body, json } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';
import { shortTextFault } from './short-text.ts';

const MOST_OPENINGS = 28;
const From = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'Write the time as 09:00');
const To = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'Write the time as 18:30, the end of a day as 24:00');
const Openings = z
  .array(z.strictObject({ day: z.int().min(1).max(7).openapi({ description: '1 is Monday' }), from: From, to: To }))
  .max(MOST_OPENINGS)
  .openapi({ description: 'When somebody is there, in the time zone of the account; a day may have several' });
const fields = {
  enabled: z.boolean(),
  text: z.string().max(2000).openapi({ example: 'Nous sommes fermés. Nous vous répondons demain dès 9 h.' }),
  hours: Openings,
};
const Change = z.strictObject(fields).openapi('OutOfHoursChange');
const View = z.object({ ...fields, timeZone: z.string() }).openapi('OutOfHours');

const tags = ['Conversations'];
const summary =
  'What a reply is answered with while nobody is there: once for each conversation and closed period, no STOP and no keyword';
const get = createRoute({
  method: 'get',
  path: '/out-of-hours',
  operationId: 'getOutOfHours',
  tags,
  summary,
  responses: { 200: { description: 'As it is', content: json(View) }, ...problems },
});
const put = createRoute({
  method: 'put',
  path: '/out-of-hours',
  operationId: 'setOutOfHours',
  tags,
  summary: 'Set it',
  request: { body: body(Change) },
  responses: { 200: { description: 'As it is now', content: json(View) }, ...problems },
});

const NOTHING = { enabled: false, text: '', hours: [] };

function check({ enabled, text, hours }: z.infer<typeof Change>): void {
  const faults: Fault[] = [];
  const textFault = enabled || text !== '' ? shortTextFault(text) : undefined;
  if (textFault) faults.push({ field: 'text', ...textFault });
  const backwards = hours.findIndex(({ from, to }) => from >= to);
  if (backwards >= 0) {
    const remedy = 'Let it end after it begins; what goes past midnight is two, the first until 24:00';
    faults.push({ field: `hours.${backwards}`, problem: 'ends before it begins', remedy });
  }
  if (enabled && hours.length === 0)
    faults.push({ field: 'hours', problem: 'is empty', remedy: 'Say when somebody is there, or do not enable it' });
  if (faults.length > 0) throw new AppError('invalid-request', 'The answer is not accepted.', faults);
}

export const outOfHours = ({ db }: ApiServices) =>
  new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(get, async (c) => {
      const { id, timeZone } = c.get('account');
      const { enabled, text, hours } = (await db.em().findOne(OutOfHours, { account: id })) ?? NOTHING;
      return c.json({ enabled, text, hours, timeZone }, 200);
    })
    .openapi(put, async (c) => {
      const { id, timeZone } = c.get('account');
      const asked = c.req.valid('json');
      check(asked);
      await db.em().upsert(OutOfHours, { account: id, ...asked });
      return c.json({ ...asked, timeZone }, 200);
    });
