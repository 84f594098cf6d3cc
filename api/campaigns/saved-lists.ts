import { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import { flushWithRoom } from '../../database/caps.ts';
import { newId } from '../../database/ids.ts';
import { ListImport, type ListGuess } from '../../database/campaigns/list-import.ts';
import { SavedList } from '../../database/campaigns/saved-list.ts';
import { affected, rows, transaction } from '../../database/sql.ts';
import { said } from '../../domain/problems/said.ts';
import { pageById, pageOf, PageQuery, type Place } from '../http/cursor.ts';
import { speak } from '../http/language.ts';
import { uploadTransaction } from '../lists/upload-transaction.ts';
import { Guessed, guessView, listBody, ListColumns, uploadOf, type Upload } from '../lists/list-upload.ts';
import { beginImport, importStored, ImportView, importView, nobody, takeRows } from './lists.ts';
import { conflict, existing, missing, notFound, refused, refuseTaken } from '../http/problem.ts';
import { accepted, forAccounts, created, done, ok, routesOf } from '../http/route.ts';
import { body, Id, IdParam, shown, Time } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

/** The tags that a contact fills. */
const CONTACT_COLUMNS = ['to', 'firstName', 'lastName'];

const ListView = z
  .object({
    id: Id,
    name: z.string(),
    columns: z.array(z.string()),
    listed: z.number().int().openapi({ description: 'Rows in the list, good or bad: they are looked at for each campaign' }),
    createdAt: Time,
    filledAt: Time.nullable(),
    guessed: Guessed.openapi({ description: 'How the rows that were just sent were read' }),
  })
  .openapi('SavedList');
const view = (list: SavedList, guessed: ListGuess | null = null): z.infer<typeof ListView> =>
  shown(ListView, list, { guessed: guessView(guessed) });
const NewList = z.strictObject({ name: z.string().trim().min(1).max(100) }).openapi('NewSavedList');
const From = z
  .union([
    z.strictObject({ list: Id }),
    z.strictObject({
      contacts: z.strictObject({
        tags: z
          .array(z.string().trim().min(1).max(50))
          .max(50)
          .default([])
          .openapi({ description: 'Those with any of these; none: all contacts' }),
      }),
    }),
  ])
  .openapi('RecipientsFrom');

const route = routesOf('Lists');
const one = ok('The list', ListView, notFound);
const campaignRoute = routesOf('Campaigns');
const all = route('get', '/lists', 'listSavedLists', {
  summary: 'Lists that are kept between campaigns, the newest first',
  request: { query: PageQuery },
  responses: ok('A page', pageOf(ListView)),
});
const create = route('post', '/lists', 'createSavedList', {
  summary: 'Begin a list; its rows follow: PUT /lists/{id}/rows',
  request: { body: body(NewList) },
  responses: created('Begun', ListView, conflict),
});
const get = route('get', '/lists/{id}', 'getSavedList', {
  summary: 'A list',
  request: { params: IdParam },
  responses: one,
});
const rename = route('patch', '/lists/{id}', 'renameSavedList', {
  summary: 'Give a list another name',
  request: { params: IdParam, body: body(NewList) },
  responses: ok('The list', ListView, { ...notFound, ...conflict }),
});
const fill = route('put', '/lists/{id}/rows', 'fillSavedList', {
  summary:
    'Put these rows in the place of those it has: CSV with a header, or a JSON object a line; up to a million, gzip too. Campaigns that took it before keep theirs',
  request: { params: IdParam, query: ListColumns, body: listBody },
  responses: ok('The list', ListView, { ...notFound, ...refused }),
});
const remove = route('delete', '/lists/{id}', 'deleteSavedList', {
  summary: 'Remove a list; campaigns that took it keep theirs',
  request: { params: IdParam },
  responses: done('Removed', notFound),
});
const use = campaignRoute('post', '/campaigns/{id}/recipients/from', 'takeRecipients', {
  summary: 'The recipients of a draft, from a list that is kept or from contacts, as they are now. It replaces the ones before',
  request: { params: IdParam, body: body(From) },
  responses: accepted('Taken; the rows are being looked at', ImportView, { ...notFound, ...conflict, ...refused }),
});

/** Copies a saved list's rows into an import. Null when there is no such list. */
async function takeList(client: PoolClient, accountId: string, id: string, importId: string) {
  // Locked to the end, so that a replacement of the rows waits.
  const [list] = await rows<{ columns: string[] }>(
    client,
    'select columns from saved_lists where id = $1 and account_id = $2 for share',
    [id, accountId],
  );
  if (!list) return null;
  return { columns: list.columns, listed: await takeRows(client, id, importId) };
}

async function takeContacts(client: PoolClient, accountId: string, wanted: string[], importId: string) {
  const listed = await affected(
    client,
    `insert into list_rows (import_id, row, "values")
     select $1, row_number() over (order by id), jsonb_build_object('to', phone, 'firstName', first_name, 'lastName', last_name)
     from contacts where account_id = $2 and (cardinality($3::text[]) = 0 or tags && $3)`,
    [importId, accountId, wanted],
  );
  return { columns: CONTACT_COLUMNS, listed };
}

const taken = refuseTaken(said('list-name-taken'));

async function find({ db }: ApiServices, id: string, account: string): Promise<SavedList> {
  return existing(await db.em().findOne(SavedList, { id, account }));
}

async function replaceRows(
  client: PoolClient,
  { id, account }: { id: string; account: string },
  upload: Upload,
): Promise<ListGuess | null> {
  const held = await rows(client, 'select from saved_lists where id = $1 and account_id = $2 for update', [id, account]);
  if (held.length === 0) throw missing();
  await affected(client, 'delete from list_rows where import_id = $1', [id]);
  const { columns, listed, guessed } = await upload.store(client, id);
  const filled = 'update saved_lists set columns = $2, listed = $3, filled_at = now() where id = $1';
  await affected(client, filled, [id, columns, listed]);
  return guessed;
}

async function takeRecipients(
  { db, runs }: ApiServices,
  campaign: { id: string; accountId: string },
  from: z.infer<typeof From>,
) {
  const { id: campaignId, accountId } = campaign;
  const id = newId();
  await transaction(db.pool, async (client) => {
    await beginImport(client, campaignId, accountId);
    const taken =
      'list' in from
        ? await takeList(client, accountId, from.list, id)
        : await takeContacts(client, accountId, from.contacts.tags, id);
    if (!taken) throw missing();
    if (taken.listed === 0) throw nobody();
    await importStored(client, { id, accountId, campaignId, ...taken });
  });
  runs.importRecipients(id, accountId);
  return db.em().findOneOrFail(ListImport, { id, accountId });
}

export const savedLists = (services: ApiServices) => {
  const { db } = services;
  return forAccounts()
    .openapi(all, async (c) => {
      const account = c.get('account').id;
      const find = ({ older, newestFirst }: Place) => db.em().find(SavedList, { account, ...older }, newestFirst);
      return c.json(await pageById(c.req.valid('query'), `lists ${account}`, find, (list) => view(list)), 200);
    })
    .openapi(create, async (c) => {
      const { name } = c.req.valid('json');
      const em = db.em();
      const list = em.create(SavedList, {
        id: newId(),
        account: c.get('account').id,
        name,
        createdAt: new Date(),
        filledAt: null,
      });
      await flushWithRoom(db.pool, em, 'lists', { accountId: c.get('account').id }).catch(taken);
      return c.json(view(list), 201);
    })
    .openapi(get, async (c) => c.json(view(await find(services, c.req.valid('param').id, c.get('account').id)), 200))
    .openapi(rename, async (c) => {
      const em = db.em();
      const list = existing(await em.findOne(SavedList, { id: c.req.valid('param').id, account: c.get('account').id }));
      list.name = c.req.valid('json').name;
      await em.flush().catch(taken);
      return c.json(view(list), 200);
    })
    .openapi(fill, async (c) => {
      const { id } = c.req.valid('param');
      const account = c.get('account').id;
      await find(services, id, account);
      const upload = uploadOf(c, c.req.valid('query'));
      const guessed = await uploadTransaction(c, db.pool, (client) => replaceRows(client, { id, account }, upload));
      return c.json(view(await find(services, id, account), guessed), 200);
    })
    .openapi(remove, async (c) => {
      const { id } = c.req.valid('param');
      const gone = await transaction(db.pool, async (client) => {
        const lists = await affected(client, 'delete from saved_lists where id = $1 and account_id = $2', [
          id,
          c.get('account').id,
        ]);
        if (lists > 0) await affected(client, 'delete from list_rows where import_id = $1', [id]);
        return lists;
      });
      if (gone === 0) throw missing();
      return c.body(null, 204);
    })
    .openapi(use, async (c) => {
      const campaign = { id: c.req.valid('param').id, accountId: c.get('account').id };
      return c.json(importView(await takeRecipients(services, campaign, c.req.valid('json')), speak(c)), 202);
    });
};
