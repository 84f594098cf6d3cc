import { readFile, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { MikroORM } from '@mikro-orm/postgresql';
import { Pool } from 'pg';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { ormConfig } from '../../database/orm.ts';
import { createSecrets } from '../../database/secrets.ts';
import { createApi } from '../app.ts';
import { noTracing } from '../../domain/tracing.ts';
import { documentOf } from './document.ts';

const FILE = new URL('../../openapi.json', import.meta.url);
/** Never connected to. */
const NOWHERE = 'postgres://nobody@127.0.0.1:1/none';

export async function describeApi(): Promise<string> {
  const orm = await MikroORM.init(ormConfig(NOWHERE));
  const pool = new Pool({ connectionString: NOWHERE });
  const api = createApi({
    db: { orm, em: () => orm.em.fork(), pool, close: () => orm.close() },
    ingestWebhook: () => Promise.reject(new Error('Nothing is served')),
    runs: {
      sendCampaign() {},
      importRecipients() {},
      previewList() {},
      campaignChanged() {},
      sendMessages() {},
      deliverReplies() {},
      retryCallbacks() {},
      retryEmails() {},
      recoverEndpoint() {},
      replayDeliveries() {},
      scheduleSync: () => Promise.resolve(),
      syncNow: () => Promise.resolve(),
      pollResults: () => {},
      reachable: () => Promise.resolve(false),
    },
    live: {
      subscribe: () => () => {},
      next: () => ({ heard: Promise.resolve(), leave() {} }),
      hears: () => false,
      closed: () => true,
      close: () => Promise.resolve(),
    },
    publicUrl: null,
    pushKey: '',
    mailTokens: { write: () => '', read: () => null },
    hashPhone: (phone) => phone,
    secrets: createSecrets(randomBytes(32).toString('base64')),
    log: pino({ level: 'silent' }),
    guard: { check: () => Promise.resolve({ ok: false, reason: 'nothing is checked here' }) },
    poster: { post: () => Promise.reject(new Error('nothing is posted here')) },
    guardedFetch: () => Promise.reject(new Error('nobody is asked here')),
    readTxt: () => Promise.resolve([]),
    tracing: noTracing,
    registry: {},
    metrics: new Registry(),
    temporalRuns: null,
    clockInjectable: false,
    bodyLimitBytes: 1,
    accountGraceDays: 0,
    unlimitedCredit: 0,
    signInPolicy: { sessionHours: 1, idleMinutes: 1, authenticator: 'nobody' },
    consoleFolder: 'none',
    docsFolder: 'none',
  });
  await orm.close();
  await pool.end();
  return `${JSON.stringify(documentOf(api), null, 2)}\n`;
}

if (import.meta.main) {
  const document = await describeApi();
  if (!process.argv.includes('--check')) {
    await writeFile(FILE, document);
    console.log('openapi.json is written.');
  } else if ((await readFile(FILE, 'utf8').catch(() => '')) !== document) {
    console.error('openapi.json is not what the routes say. Run: node --import tsx api/reference/openapi.ts');
    process.exitCode = 1;
  }
}
