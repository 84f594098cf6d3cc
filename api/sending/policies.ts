import { z } from '@hono/zod-openapi';
import { AccountPolicies } from '../../database/accounts/account-policies.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { because, fault, type Fault } from '../../domain/problems/said.ts';
import { DEFAULT_POLICIES } from '../../domain/sending/policies.ts';
import { hasStopMention } from '../../domain/sending/stop-mention.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { body, shown } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';
import { shortTextFault } from '../http/short-text.ts';

const Text = z.string().min(1).max(2000).nullable();
const Mode = z.enum(['off', 'warn', 'refuse']);
/** At least what is still needed: events are kept for 30 days, and replies arrive as long. */
const Days = z.int().min(31).max(3660).nullable();
const fields = {
  stopConfirmation: z
    .boolean()
    .openapi({ description: 'Whether a STOP is confirmed by one SMS, where the carrier does not do so itself' }),
  stopText: Text.openapi({ description: 'What confirms it; null: words of ours' }),
  contactText: Text.openapi({ description: 'What CONTACT is answered with; null: nothing' }),
  quietHours: z.enum(['off', 'warn', 'hold']).openapi({ description: 'hold: marketing waits for the hours and goes by itself' }),
  quietPreset: z.enum(['standard', 'strict']).openapi({
    description: "standard: 8:00 to 21:30 by the recipient's clock; strict: 8:00 to 20:00, no Sundays, no public holidays",
  }),
  lowcostMarketing: z
    .enum(['off', 'warn', 'refuse'])
    .openapi({ description: 'Marketing to France by the lowcost route, which 06 and 07 numbers may not carry' }),
  landlines: Mode.openapi({ description: 'Numbers of fixed lines, which get no SMS: refuse names each row' }),
  brandRegistration: Mode.openapi({ description: 'Sender IDs that no operator confirmed as a brand of the account' }),
  genericSenders: Mode.openapi({ description: 'In France: sender IDs that say of nobody whose message it is, such as INFO' }),
  senderOverrides: z
    .record(
      z.string().regex(/^[A-Z]{2}$/, because('country')),
      z.strictObject({ brandRegistration: Mode.optional(), genericSenders: Mode.optional() }),
    )
    .openapi({ description: 'What holds instead for recipients of a country', example: { BE: { brandRegistration: 'off' } } }),
  stopMention: Text.openapi({
    description:
      'What marketing to France ends with where its text does not say how to stop it; XXXXX becomes the number. null: STOP au XXXXX',
    example: 'STOP SMS au XXXXX',
  }),
  missingStop: z.enum(['add', 'refuse']).openapi({
    description:
      'Marketing to France that comes by another provider’s API and does not say how to stop it: add says it, refuse answers with that API’s own code',
  }),
  keepTextsDays: Days.openapi({
    description:
      'After how many days texts of messages, replies, notes and events are taken out, every night; null: never. 13 months are 396',
  }),
  keepContactsDays: Days.openapi({
    description:
      'How many days after their last message people are taken out, as POST /contacts/erase does; null: never. Three years are 1096. Who opted out stays so, as a hash',
  }),
  keepRowsDays: Days.openapi({
    description:
      'After how many days messages, replies, their events and deliveries are deleted, every night; null: never. Figures of campaigns, opt-outs and the audit stay',
  }),
};
const PoliciesView = z.object(fields).openapi('Policies');
const PoliciesChange = z.strictObject(fields).partial().openapi('PoliciesChange');

const route = routesOf('Account');
const get = route('get', '/policies', 'getPolicies', {
  summary: 'What the account chose about STOP and CONTACT, marketing, quiet hours, and how long things are kept',
  responses: ok('The policies', PoliciesView),
});
const patch = route('patch', '/policies', 'changePolicies', {
  summary: 'Change some of them',
  request: { body: body(PoliciesChange) },
  responses: ok('The policies', PoliciesView),
});

const view = (row: AccountPolicies | null): z.infer<typeof PoliciesView> => shown(PoliciesView, row ?? DEFAULT_POLICIES);

function check({ stopText, contactText, stopMention }: z.infer<typeof PoliciesChange>): void {
  const faults = Object.entries({ stopText, contactText, stopMention }).flatMap(([field, text]): Fault[] => {
    const fault = typeof text === 'string' ? shortTextFault(text) : undefined;
    return fault ? [{ field, ...fault }] : [];
  });
  if (typeof stopMention === 'string' && !hasStopMention(stopMention)) faults.push(fault('stopMention', 'stop-not-said'));
  if (faults.length > 0) throw invalidRequest(...faults);
}

export const policies = ({ db }: ApiServices) =>
  forAccounts()
    .openapi(get, async (c) => c.json(view(await db.em().findOne(AccountPolicies, { account: c.get('account').id })), 200))
    .openapi(patch, async (c) => {
      const account = c.get('account').id;
      const em = db.em();
      const asked = c.req.valid('json');
      check(asked);
      const change = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
      await em.upsert(AccountPolicies, { ...view(await em.findOne(AccountPolicies, { account })), ...change, account });
      return c.json(view(await db.em().findOne(AccountPolicies, { account })), 200);
    });
