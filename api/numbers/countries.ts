import { z } from '@hono/zod-openapi';
import { recordAudit } from '../../database/people/audit.ts';
import { currentRules, ruleHistory, type RuleRow } from '../../database/numbers/country-rule.ts';
import { onOffer } from '../../database/numbers/rentals.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, said } from '../../domain/problems/said.ts';
import { actorOf } from '../http/auth.ts';
import { OfferedNumber, offerView } from './numbers.ts';
import { conflict } from '../http/problem.ts';
import { forAccounts, forAnyone, ok, routesOf } from '../http/route.ts';
import { body, Country, Route, shown, Time, TimeIn } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const MOST_OFFERS = 20;
const CanReply = z.enum(['yes', 'no', 'unknown']);

const Known = z.object({
  country: Country,
  route: Route,
  canReply: CanReply.openapi({ description: 'Whether recipients there can reply to this route; unknown warns, no refuses' }),
  source: z.string().nullable().openapi({ description: 'Where it says so' }),
  checkedAt: Time.nullable(),
});
const RuleView = Known.extend({
  version: z.number().int(),
  note: z.string().nullable(),
  changedBy: z.string(),
  changedAt: Time,
}).openapi('CountryRule');
const CountryView = z
  .object({ rules: z.array(Known), offers: z.array(OfferedNumber).openapi({ description: 'Numbers there that can be rented' }) })
  .openapi('Country');
const Change = z
  .strictObject({
    country: Country,
    route: Route,
    canReply: CanReply,
    source: z.string().trim().min(1).max(500).optional().openapi({ description: 'Needed with yes and no' }),
    checkedAt: TimeIn.optional().openapi({ description: 'Left out: now' }),
    note: z.string().trim().max(1000).optional(),
    version: z.number().int().min(0).openapi({ description: 'Of the rule as you saw it; 0 where there is none' }),
  })
  .openapi('CountryRuleChange');

const route = routesOf('Numbers');
const look = route('get', '/countries', 'lookAtCountries', {
  summary: 'Whether recipients of a country can reply, by route, and the numbers on offer there',
  request: { query: z.strictObject({ country: Country.optional() }) },
  responses: ok('What is known', CountryView),
});
const operatorRoute = routesOf('Operator: countries');
const list = operatorRoute('get', '/country-rules', 'listCountryRules', {
  summary: 'The rules that hold, by country and route',
  request: { query: z.strictObject({ country: Country.optional(), route: Route.optional() }) },
  responses: ok('All of them', z.object({ items: z.array(RuleView) })),
});
const history = operatorRoute('get', '/country-rules/history', 'listCountryRuleVersions', {
  summary: 'Every version of one rule, newest first',
  request: { query: z.strictObject({ country: Country, route: Route }) },
  responses: ok('All of them', z.object({ items: z.array(RuleView) })),
});
const put = operatorRoute('put', '/country-rules', 'changeCountryRule', {
  summary: 'Say whether recipients of a country can reply to a route; the version before is kept',
  request: { body: body(Change) },
  responses: ok('It holds from now on', RuleView, conflict),
});

const known = (rule: RuleRow): z.infer<typeof Known> => shown(Known, rule);
const view = (rule: RuleRow): z.infer<typeof RuleView> => shown(RuleView, rule);

export const countries = ({ db }: ApiServices) =>
  forAccounts().openapi(look, async (c) => {
    const { country } = c.req.valid('query');
    const [rules, offers] = await Promise.all([
      currentRules(db.pool, null, country ?? null),
      onOffer(db.pool, c.get('account').id, { countries: country === undefined ? null : [country], limit: MOST_OFFERS }),
    ]);
    return c.json({ rules: rules.map(known), offers: offers.map(offerView) }, 200);
  });

export const operatorCountries = ({ db }: ApiServices) =>
  forAnyone()
    .openapi(list, async (c) => {
      const { country, route } = c.req.valid('query');
      return c.json({ items: (await currentRules(db.pool, route ?? null, country ?? null)).map(view) }, 200);
    })
    .openapi(history, async (c) => {
      const { country, route } = c.req.valid('query');
      return c.json({ items: (await ruleHistory(db.pool, country, route)).map(view) }, 200);
    })
    .openapi(put, async (c) => {
      const { country, route, canReply, source, checkedAt, note, version } = c.req.valid('json');
      if (canReply !== 'unknown' && source === undefined) throw invalidRequest(fault('source', 'source-missing'));
      const actor = actorOf(c.get('keyId'));
      const rule = await transaction(db.pool, async (client) => {
        // Serialises edits of one rule, including its first.
        await rows(client, `select pg_advisory_xact_lock(hashtext('country rule'), hashtext($1))`, [`${country} ${route}`]);
        const [before] = await currentRules(client, route, country);
        if ((before?.version ?? 0) !== version)
          throw new AppError('conflict', said('rule-changed', { version: before?.version ?? 0 }));
        await affected(
          client,
          `insert into country_rules (country, route, version, can_reply, source, checked_at, note, changed_by, changed_at)
           values ($country, $route, $version, $canReply, $source, $checkedAt, $note, $actor, now())`,
          {
            country,
            route,
            version: version + 1,
            canReply,
            source: source ?? null,
            checkedAt: checkedAt ?? (source ? new Date() : null),
            note: note ?? null,
            actor,
          },
        );
        const [after] = await currentRules(client, route, country);
        if (!after) throw new Error('A rule that was just stored is there');
        const detail = { before: before ? known(before) : null, after: known(after) };
        await recordAudit(client, { action: 'country-rule.change', target: `country ${country} ${route}`, detail });
        return after;
      });
      return c.json(view(rule), 200);
    });
