import { z } from '@hono/zod-openapi';
import { requireRoom } from '../../database/caps.ts';
import { Campaign } from '../../database/campaigns/campaign.ts';
import { Composition } from '../../database/campaigns/composition.ts';
import { newId } from '../../database/ids.ts';
import { rows, transaction } from '../../database/sql.ts';
import { existing, missing, notFound } from '../http/problem.ts';
import { forAccounts, created, done, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const Form = z.record(z.string().max(100), z.unknown());
const Summary = z.object({ id: Id, campaignId: Id.nullable(), name: z.string(), updatedAt: Time });
const View = Summary.extend({
  form: Form,
  recipients: z.string().nullable().openapi({ description: 'As they were pasted, or a file in base64' }),
}).openapi('Composition');
const change = {
  name: z.string().trim().max(200),
  form: Form.openapi({ description: 'The console’s own; nothing of it is checked' }),
  recipients: z.string().max(20_000_000).nullable().optional().openapi({ description: 'Left out: as they are' }),
};
const campaign = Id.optional().openapi({ description: 'The draft that it changes. Left out: it is not a campaign yet' });

const route = routesOf('Campaigns');
const list = route('get', '/compositions', 'listCompositions', {
  summary: 'Campaigns that somebody began to write in the console, the newest change first',
  request: { query: z.strictObject({ campaign }) },
  responses: ok('All of them', z.object({ items: z.array(Summary) })),
});
const begin = route('post', '/compositions', 'beginComposition', {
  summary: 'Keep what is written of a campaign, whatever is still wrong with it. Of one draft there is one: it is replaced',
  request: { body: body(z.strictObject({ ...change, campaign }).openapi('NewComposition')) },
  responses: created('Kept', Summary, notFound),
});
const get = route('get', '/compositions/{id}', 'getComposition', {
  summary: 'What is written of a campaign',
  request: { params: IdParam },
  responses: ok('It', View, notFound),
});
const keep = route('put', '/compositions/{id}', 'keepComposition', {
  summary: 'Keep what is written by now',
  request: { params: IdParam, body: body(z.strictObject(change).openapi('CompositionChange')) },
  responses: ok('Kept', Summary, notFound),
});
const remove = route('delete', '/compositions/{id}', 'deleteComposition', {
  summary: 'Delete a composition. The draft that it changes stays as it is',
  request: { params: IdParam },
  responses: done('Forgotten', notFound),
});

type Row = Omit<z.infer<typeof Summary>, 'updatedAt'> & { updatedAt: Date };
const summary = (row: Row) => shown(Summary, row);

const SHOWN = 'id, campaign_id as "campaignId", name, updated_at as "updatedAt"';

export const compositions = ({ db }: ApiServices) =>
  forAccounts()
    .openapi(list, async (c) => {
      const found = await rows<Row>(
        db.pool,
        `select ${SHOWN} from compositions where account_id = $1 and campaign_id is not distinct from $2 order by updated_at desc`,
        [c.get('account').id, c.req.valid('query').campaign ?? null],
      );
      return c.json({ items: found.map(summary) }, 200);
    })
    .openapi(begin, async (c) => {
      const { campaign: id = null, name, form, recipients = null } = c.req.valid('json');
      const account = c.get('account').id;
      if (id !== null && (await db.em().count(Campaign, { id, account })) === 0) throw missing();
      const [kept] = await transaction(db.pool, async (client) => {
        await requireRoom(client, 'compositions', { accountId: account });
        return rows<Row>(
          client,
          `insert into compositions (id, account_id, campaign_id, name, form, recipients, updated_at) values ($1, $2, $3, $4, $5, $6, now())
           on conflict (campaign_id) do update set name = excluded.name, form = excluded.form, recipients = excluded.recipients, updated_at = now()
           returning ${SHOWN}`,
          [newId(), account, id, name, JSON.stringify(form), recipients],
        );
      });
      if (!kept) throw missing();
      return c.json(summary(kept), 201);
    })
    .openapi(get, async (c) => {
      const found = existing(await db.em().findOne(Composition, { id: c.req.valid('param').id, account: c.get('account').id }));
      return c.json(shown(View, found), 200);
    })
    .openapi(keep, async (c) => {
      const { name, form, recipients } = c.req.valid('json');
      const [kept] = await rows<Row>(
        db.pool,
        `update compositions set name = $3, form = $4, updated_at = now(), recipients = case when $5 then $6 else recipients end
         where id = $1 and account_id = $2 returning ${SHOWN}`,
        [c.req.valid('param').id, c.get('account').id, name, JSON.stringify(form), recipients !== undefined, recipients ?? null],
      );
      if (!kept) throw missing();
      return c.json(summary(kept), 200);
    })
    .openapi(remove, async (c) => {
      const gone = await db.em().nativeDelete(Composition, { id: c.req.valid('param').id, account: c.get('account').id });
      if (gone === 0) throw missing();
      return c.body(null, 204);
    });
