import { z } from '@hono/zod-openapi';
import { flushWithRoom } from '../../database/caps.ts';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { SmsNumber } from '../../database/numbers/number.ts';
import { newId } from '../../database/ids.ts';
import { KeywordRule } from '../../database/replies/keyword-rule.ts';
import { invalidRequest } from '../../domain/problems/errors.ts';
import { because, fault, said, type Fault } from '../../domain/problems/said.ts';
import { readRuleWord } from '../../domain/replies/keyword-rules.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { conflict, existing, missing, notFound, refuseTaken } from '../http/problem.ts';
import { forAccounts, created, done, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';
import { shortTextFault } from '../http/short-text.ts';

const Action = z
  .discriminatedUnion('do', [
    z.strictObject({ do: z.literal('answer'), text: z.string().min(1).max(2000) }),
    z.strictObject({ do: z.literal('tag'), tag: z.string().trim().min(1).max(50) }),
    z.strictObject({ do: z.literal('opt-out') }),
    z.strictObject({ do: z.literal('opt-in') }),
    z.strictObject({ do: z.literal('forward'), to: z.email().max(254) }),
    z.strictObject({ do: z.literal('event'), name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,49}$/, because('event-name')) }),
  ])
  .openapi('KeywordAction', {
    description:
      'answer: an SMS, three an hour to one phone at most, never to a machine; forward: a mail; event: the callback keyword.matched under this name',
  });

const fields = {
  word: z
    .string()
    .min(1)
    .max(60)
    .openapi({ description: 'What a reply begins with; case and accents do not count', example: 'RDV' }),
  number: z.string().max(20).nullable().default(null).openapi({ description: 'The number written to; null: any' }),
  campaign: Id.nullable().default(null).openapi({ description: 'The campaign answered; null: any' }),
  actions: z.array(Action).min(1).max(10),
};
const NewRule = z.strictObject(fields).openapi('NewKeywordRule');
const RuleView = z.object({ id: Id, ...fields, createdAt: Time }).openapi('KeywordRule');

const route = routesOf('Keywords');
const one = ok('The rule', RuleView, notFound);
const list = route('get', '/keyword-rules', 'listKeywordRules', {
  summary: 'Automatic actions for replies that begin with a word of yours, oldest rule first',
  request: { query: PageQuery },
  responses: ok('A page', pageOf(RuleView)),
});
const create = route('post', '/keyword-rules', 'createKeywordRule', {
  summary: 'Add a rule. The rule nearest to a reply counts: of its campaign, then of its number, then of the account',
  request: { body: body(NewRule) },
  responses: created('Added', RuleView, { ...notFound, ...conflict }),
});
const get = route('get', '/keyword-rules/{id}', 'getKeywordRule', {
  summary: 'A rule',
  request: { params: IdParam },
  responses: one,
});
const put = route('put', '/keyword-rules/{id}', 'changeKeywordRule', {
  summary: 'Replace a rule',
  request: { params: IdParam, body: body(NewRule) },
  responses: ok('The rule', RuleView, { ...notFound, ...conflict }),
});
const remove = route('delete', '/keyword-rules/{id}', 'deleteKeywordRule', {
  summary: 'Remove a rule',
  request: { params: IdParam },
  responses: done('Removed', notFound),
});

const view = (rule: KeywordRule): z.infer<typeof RuleView> => shown(RuleView, rule, { campaign: rule.campaignId ?? null });

/** Throws what is wrong with a rule in itself. */
function read({ word: raw, number, campaign, actions }: z.infer<typeof NewRule>) {
  const word = readRuleWord(raw);
  const faults: Fault[] = [];
  if ('code' in word) faults.push({ field: 'word', ...word });
  for (const [index, action] of actions.entries()) {
    const fault = action.do === 'answer' ? shortTextFault(action.text) : undefined;
    if (fault) faults.push({ field: `actions[${index}].text`, ...fault });
  }
  const kinds = new Set(actions.map((action) => action.do));
  if (kinds.has('opt-out') && kinds.has('opt-in')) faults.push(fault('actions', 'rule-both'));
  if (faults.length > 0 || 'code' in word) throw invalidRequest(...faults);
  return { word: word.word, number, campaignId: campaign, actions };
}

const taken = refuseTaken(said('rule-taken'));

export const keywordRules = ({ db }: ApiServices) => {
  async function find(id: string, account: string) {
    const em = db.em();
    const rule = existing(await em.findOne(KeywordRule, { id, account }));
    return { em, rule };
  }
  async function checkPlace({ campaignId, number }: ReturnType<typeof read>, account: string): Promise<void> {
    const em = db.em();
    if (campaignId !== null && (await em.count(Campaign, { id: campaignId, account })) === 0) throw missing();
    // Another account's number and a missing one are answered alike.
    if (number !== null && (await em.count(SmsNumber, { number, $or: [{ account }, { account: null }] })) === 0)
      throw invalidRequest(fault('number', 'number-not-yours'));
  }

  return forAccounts()
    .openapi(list, async (c) => {
      const account = c.get('account').id;
      const find = ({ newer, oldestFirst }: Place) => db.em().find(KeywordRule, { account, ...newer }, oldestFirst);
      return c.json(await pageById(c.req.valid('query'), `keyword rules ${account}`, find, view), 200);
    })
    .openapi(create, async (c) => {
      const account = c.get('account').id;
      const rule = read(c.req.valid('json'));
      await checkPlace(rule, account);
      const em = db.em();
      const made = em.create(KeywordRule, { id: newId(), account, ...rule, createdAt: new Date() });
      await flushWithRoom(db.pool, em, 'rules', { accountId: account }).catch(taken);
      return c.json(view(made), 201);
    })
    .openapi(get, async (c) => c.json(view((await find(c.req.valid('param').id, c.get('account').id)).rule), 200))
    .openapi(put, async (c) => {
      const account = c.get('account').id;
      const { em, rule } = await find(c.req.valid('param').id, account);
      const asked = read(c.req.valid('json'));
      await checkPlace(asked, account);
      em.assign(rule, asked);
      await em.flush().catch(taken);
      return c.json(view(rule), 200);
    })
    .openapi(remove, async (c) => {
      const { em, rule } = await find(c.req.valid('param').id, c.get('account').id);
      await em.remove(rule).flush();
      return c.body(null, 204);
    });
};
