import { expect, test } from 'vitest';
import { createEarlyOptOuts } from '../../activities/lowcost/early-opt-outs.ts';
import { rows } from '../../database/sql.ts';
import { readKeyword } from '../../domain/replies/keywords.ts';
import { anAccount, carriers, filing, startApi } from '../fixtures/api.ts';
import { aMessage, aReply } from '../fixtures/rows.ts';
import { released } from '../fixtures/states/replies.ts';

const PHONE = '+33612000001';

const WORDS =
  'STOP|ARRET|DESABO|Désabonner|DÉSINSCRIRE|désinscription|Résilier|Ne plus recevoir|UNSUBSCRIBE|STOPALL|CANCEL|END|QUIT';
const SLIPS = 'stpo|SOTP|stopp|Stooop|sto p|dtop';
const FOLDED = 'stop| Stop ! |Arrêt.|désabo|«STOP»|S.T.O.P|S T O P|ＳＴＯＰ|Stop\n';
const SHORT = 'STOP svp|Stop merci|stop pub|STOP 36200|STOP36200|STOP Boulangerie|stop s’il vous plaît';
const SIGNED = 'STOP\nLéa Martin, 12 rue des Lilas, envoyé de mon téléphone';

test.each(`${WORDS}|${SLIPS}|${FOLDED}|${SHORT}|${SIGNED}`.split('|'))('%j is a STOP', (text) => {
  expect(readKeyword(text).kind).toBe('stop');
});

test.each([
  ['START', 'start'],
  ['Reprendre', 'start'],
  ['CONTACT', 'contact'],
  ['contact ?', 'contact'],
  ['stop being sad', 'looks-like-stop'],
  ['Stop, je vous avais dit que je viendrai samedi', 'looks-like-stop'],
  ['non stop', 'looks-like-stop'],
  ['arrêtez de me contacter', 'looks-like-stop'],
  ['fin', 'looks-like-stop'],
  ['plus de sms', 'looks-like-stop'],
  ['Merci de me désinscrire de votre liste', 'looks-like-stop'],
  ['top', 'none'],
  ['Spot', 'none'],
  ['shop', 'none'],
  ['step', 'none'],
  ['stoop', 'none'],
  ['The end', 'none'],
  ['end of story', 'none'],
  ['Cancel my order please', 'none'],
  ['je reprendre demain', 'none'],
  ['contact par mail', 'none'],
  ['Stéphane', 'none'],
  ['OUI', 'none'],
  ['', 'none'],
  ['🙂', 'none'],
] as const)('%j is read as %s', (text, kind) => {
  expect(readKeyword(text).kind).toBe(kind);
});

test('a lowcost STOP of unclear account, or late, counts before the next batch, and only once', async () => {
  await using api = await startApi();
  const { lowcostId } = await carriers(api);
  const [shop, other] = [await anAccount(api), await anAccount(api)];
  const sim = '+33600000101';
  const late = '+33612000002';
  for (const { id: accountId } of [shop, other]) {
    const sent = { accountId, carrierId: lowcostId, sender: sim, replyCode: sim };
    await aMessage(api.db, { ...sent, toNumber: PHONE });
    await aMessage(api.db, { ...sent, toNumber: late, submittedAt: new Date(Date.now() - 100 * 86_400_000) });
  }
  const waiting = {
    carrierId: lowcostId,
    toRaw: sim,
    replyCode: sim,
    text: 'STOP',
    filedAt: null,
    releasedAt: null,
    handedAt: null,
  };
  for (const from of [PHONE, late]) await aReply(api.db, { ...waiting, fromNumber: from, fromRaw: from });
  const applyEarlyOptOuts = createEarlyOptOuts({
    pool: api.db.pool,
    log: api.services.log,
    hashPhone: api.services.hashPhone,
    readGateway: async () => ({ after: null, more: false }),
    lines: { session: () => ({ pollReplies: true }) },
  });
  await applyEarlyOptOuts(lowcostId);
  const listed = async () => rows(api.db.pool, 'select account_id, phone, reply_id from opt_outs order by phone, account_id');
  const both = [PHONE, late].flatMap((phone) =>
    [shop.id, other.id].toSorted().map((account) => ({ account_id: account, phone, reply_id: null })),
  );
  expect(await listed()).toEqual(both);
  expect(await rows(api.db.pool, 'select peeked from replies')).toEqual([{ peeked: 'obeyed' }, { peeked: 'obeyed' }]);

  // Lifted by a person meanwhile.
  for (const account of [shop, other])
    for (const phone of [PHONE, late]) await account.call('POST', '/opt-outs/lift', { phone, reason: 'asked' });
  const due = await released(api.db);
  const file = filing(api);
  await file(due, 'replies/test');
  expect(await listed()).toEqual([]);
  expect(await rows(api.db.pool, 'select opt_out from replies where filed_at is not null')).toEqual([
    { opt_out: true },
    { opt_out: true },
  ]);
});
