import { Pool } from 'pg';
import { percentile, round, type Bench, type Figure } from './bench.ts';
import { launch, phones, type Stack } from './stage/stack.ts';

const REPLIES = 3_000_000;
const CONVERSATIONS = 300_000;
/** Requests of each kind, in sequence. */
const ASKED = 200;
const WORDS = ['OUI', 'NON merci', 'Plutôt samedi matin', 'Quelle est l’adresse ?', 'Je rappelle lundi', 'Parfait, à bientôt'];

/** Three million replies of one account over three years, ten a conversation; one in a hundred has a rare word. */
async function fill(stack: Stack, campaign: string, say: (line: string) => void): Promise<void> {
  const pool = new Pool({ connectionString: stack.databaseUrl, max: 1 });
  try {
    await pool.query(
      `create temporary table basis as select c.account_id, c.id as campaign_id, c.carrier_id from campaigns c where c.id = '${campaign}'`,
    );
    await pool.query(
      `insert into conversations (id, account_id, phone, reply_code, carrier_id, sequence, last_reply_at, created_at)
       select uuidv7(make_interval(mins => n - ${CONVERSATIONS} * 5)), account_id, '+337' || lpad(n::text, 8, '0'), '38015', carrier_id, 10,
         now() - make_interval(mins => (${CONVERSATIONS} - n) * 5), now() - interval '3 years'
       from basis, generate_series(1, ${CONVERSATIONS}) n`,
    );
    await pool.query(
      `create temporary table talks as select id, phone, carrier_id, row_number() over (order by phone) as n from conversations where phone like '+337%'`,
    );
    for (let part = 0; part < 10; part++) {
      await pool.query(
        `insert into replies (id, carrier_id, from_raw, to_raw, from_number, reply_code, text, received_at, precision, ingested_at,
           released_at, handed_at, filed_at, account_id, campaign_id, conversation_id, sequence, keyword, opt_out)
         select uuidv7(make_interval(secs => -(3000000 - s.n) * 30)), t.carrier_id, t.phone, '38015', t.phone, '38015',
           case when s.n % 100 = 0 then 'Dossier ' || s.n else ($1::text[])[1 + s.n % ${WORDS.length}] end, at, 'millisecond', at, at, at, at,
           b.account_id, b.campaign_id, t.id, 1 + s.n / ${CONVERSATIONS}, case when s.n % 500 = 0 then 'stop' end, s.n % 500 = 0
         from generate_series($2::int, $3::int) s (n) join talks t on t.n = 1 + s.n % ${CONVERSATIONS} cross join basis b
         cross join lateral (select now() - make_interval(secs => (${REPLIES} - s.n) * 30) as at) a`,
        [WORDS, (part * REPLIES) / 10, ((part + 1) * REPLIES) / 10 - 1],
      );
      say(`${((part + 1) * REPLIES) / 10} replies`);
    }
    await pool.query('vacuum analyze');
  } finally {
    await pool.end();
  }
}

const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString();

export const consoleBench: Bench = {
  name: 'console',
  stack: { receipts: null, window: 100 },
  async measure(stack, say) {
    const { id: campaign } = await launch(stack.account, phones(10));
    await stack.world.submitted({ count: 10, withinMs: 30_000 });
    await fill(stack, campaign, say);
    const cursors = new Map<string, string>();
    /** Follows the cursor from page to page. */
    const on = (path: string) => () => `${path}${cursors.has(path) ? `&cursor=${cursors.get(path)}` : ''}`;
    const questions: [string, (n: number) => string][] = [
      ['replies, the newest', () => '/v1/replies?limit=50'],
      ['replies, page after page', on('/v1/replies?limit=50')],
      ['replies of one number', (n) => `/v1/replies?limit=50&from=%2B337${String(1 + n * 997).padStart(8, '0')}`],
      ['replies of one campaign', () => `/v1/replies?limit=50&campaign=${campaign}`],
      ['replies of a day', (n) => `/v1/replies?limit=50&since=${day(n * 5 + 1)}&until=${day(n * 5)}`],
      ['replies that say STOP', on('/v1/replies?limit=50&keyword=stop')],
      ['replies with a common word', () => '/v1/replies?limit=50&search=samedi'],
      ['replies with a rare word', (n) => `/v1/replies?limit=50&search=Dossier%20${(n + 1) * 14_500}`],
      ['replies with a word that none has', (n) => `/v1/replies?limit=50&search=introuvable${n}`],
      ['conversations, the newest', () => '/v1/conversations?limit=50'],
      ['conversations, page after page', on('/v1/conversations?limit=50')],
      ['conversations by a part of the number', (n) => `/v1/conversations?limit=50&search=${7_00000000 + 1 + n * 997}`],
      ['conversations by a common word', () => '/v1/conversations?limit=50&search=samedi'],
      ['conversations by a rare word', (n) => `/v1/conversations?limit=50&search=Dossier%20${(n + 1) * 14_500}`],
    ];
    const figures: Figure[] = [];
    for (const [name, pathOf] of questions) {
      const waits: number[] = [];
      let found = 0;
      for (let n = 0; n < ASKED; n++) {
        const path = pathOf(n);
        const begun = performance.now();
        const { items, nextCursor } = await stack.account.get(path);
        waits.push(performance.now() - begun);
        if (Array.isArray(items)) found += items.length;
        const [basis = ''] = path.split('&cursor=');
        if (typeof nextCursor === 'string') cursors.set(basis, nextCursor);
      }
      figures.push({
        line: `${name}, of ${REPLIES.toLocaleString('en')}`,
        value: round(percentile(waits, 0.99)),
        unit: 'ms',
        aim: '≤ 100 ms',
        note: `p99 of ${ASKED}, p50 ${round(percentile(waits, 0.5))} ms; ${found} rows`,
      });
      say(`${name}: p50 ${round(percentile(waits, 0.5))} ms, p99 ${round(percentile(waits, 0.99))} ms, ${found} rows`);
    }
    return figures;
  },
};
