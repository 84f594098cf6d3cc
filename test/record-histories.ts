import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { startDev } from '../dev/dev.ts';
import { createClient, textOf, type Answer } from '../dev/seed.ts';
import { openClient } from '../temporal/connect.ts';
import { RENTALS_SCHEDULE, RETENTION_SCHEDULE } from '../temporal/schedules.ts';

// Records runs of every workflow on a stack of its own, for the replay test: `node --import tsx test/record-histories.ts <release>`.
// They are added at a release and never changed: a replay that fails means that a change needs patched().

const OF_EACH_TYPE = 4;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    // oxlint-disable-next-line no-await-in-loop -- it waits
    if (await isSo()) return;
    // oxlint-disable-next-line no-await-in-loop -- it waits
    await sleep(100);
  }
  throw new Error(`Waited in vain until ${what}`);
}

/** Names of machines and paths of files are not part of a history's meaning. */
const scrub = (json: string): string =>
  json
    .replaceAll(/"(identity|stackTrace|clientName)": ?"(?:[^"\\]|\\.)*"/g, '"$1": ""')
    .replaceAll(/file:\/\/\/[^\s"\\]*/g, 'file:///');

const release = process.argv[2];
if (release === undefined || !/^[\w.-]+$/.test(release)) throw new Error('Give the release, as in: record-histories.ts 0.1.0');
const dataDir = await mkdtemp(join(tmpdir(), 'aller-retour-histories-'));
try {
  await using dev = await startDev({ dataDir, log: pino({ level: 'error' }), progress: say });
  const { state, world } = dev;
  const account = createClient(state.url, state.apiKey);
  const operator = createClient(state.url, state.operatorKey);
  const phone = (index: number): string => `+33612345${String(600 + index)}`;
  const people = (count: number): Answer[] => Array.from({ length: count }, (_, index) => ({ to: phone(index) }));
  const launch = (recipients: Answer[], fields: Answer = {}): Promise<Answer> =>
    account.send(
      'POST',
      '/v1/campaigns',
      { name: 'Histoire', route: 'premium', withReplies: true, text: 'Bonjour ?', recipients, ...fields },
      { 'idempotency-key': randomUUID() },
    );
  const ended = async (campaign: Answer): Promise<boolean> =>
    (await account.get(`/v1/campaigns/${textOf(campaign, 'id')}`))['endedAt'] !== null;

  // Callbacks and mails that fail, then don't.
  world.endpoint.behave({ mode: 'status', status: 500, times: 2 });
  world.mailbox.treat('later', 1);
  await until('the line is up', async () => {
    const campaign = await launch(people(5));
    await until('it has ended', () => ended(campaign));
    return true;
  });
  await world.phones.reply(phone(0), 'OUI');
  await world.phones.reply(phone(1), 'STOP');
  await until('the endpoint took both', () => world.endpoint.calls.filter((call) => call.answered === 200).length >= 2);

  // Enough rows for several batches; one that is scheduled, paused, resumed; one that is cancelled.
  const long = await launch(people(400).concat(people(0)));
  const scheduled = await launch(people(3), { sendAt: new Date(Date.now() + 3_600_000).toISOString() });
  const path = `/v1/campaigns/${textOf(scheduled, 'id')}`;
  await account.send('POST', `${path}/pause`);
  await account.send('POST', `${path}/resume`);
  await sleep(500);
  await account.send('POST', `${path}/cancel`);
  await until('both have ended', async () => (await ended(long)) && (await ended(scheduled)));
  await account.send(
    'POST',
    '/v1/messages',
    { to: phone(7), text: 'Un seul', route: 'premium', withReplies: true },
    { 'idempotency-key': randomUUID() },
  );

  // A list that is uploaded.
  const draft = textOf(
    await account.send('POST', '/v1/campaigns/drafts', { name: 'Liste', route: 'premium', withReplies: true, text: 'Bonjour ?' }),
    'id',
  );
  await fetch(`${state.url}/v1/campaigns/${draft}/recipients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${state.apiKey}`, 'content-type': 'text/csv' },
    body: `to\n${phone(1)}\n${phone(2)}\n`,
  });
  await until('its list is ready', async () => (await account.get(`/v1/campaigns/${draft}`))['state'] === 'ready');

  await account.send('POST', `/v1/campaigns/${draft}/preview/full`);
  await until(
    'it is previewed in full',
    async () => (await account.get(`/v1/campaigns/${draft}/preview/full`))['state'] === 'ready',
  );

  // Lowcost, and two nights: one with the gateway down.
  const lowcost = await launch(people(3), { route: 'lowcost', withReplies: false });
  await until('it has ended', () => ended(lowcost));
  await world.phones.reply(phone(0), 'Merci');
  const carriers = (await operator.get('/v1/operator/carriers'))['items'];
  const sims = Array.isArray(carriers) ? carriers.find((each: Answer) => each['type'] === 'dinstar') : undefined;
  const syncNow = async (): Promise<void> => {
    const asked = await operator.send('POST', `/v1/operator/carriers/${textOf(sims, 'id')}/sync`, {
      now: new Date(Date.now() + 7 * 3_600_000).toISOString(),
    });
    await until(
      'the sync has ended',
      async () => (await operator.get(`/v1/operator/sync-runs/${textOf(asked, 'id')}`))['endedAt'] !== null,
    );
  };
  await syncNow();
  const endpoints = (await account.get('/v1/callback-endpoints'))['items'];
  const [endpoint] = Array.isArray(endpoints) ? endpoints : [];
  await account.send('POST', `/v1/callback-endpoints/${textOf(endpoint, 'id')}/replay`, { states: ['delivered'] });
  await until('a retry of the callback', () => world.endpoint.calls.length >= 4);
  const { client, connection } = openClient({ address: dev.temporalAddress, namespace: 'aller-retour', tls: false });
  await client.schedule.getHandle(RENTALS_SCHEDULE).trigger();
  await account.send('PATCH', '/v1/policies', { keepTextsDays: 396, keepContactsDays: 1096 });
  await client.schedule.getHandle(RETENTION_SCHEDULE).trigger();
  await sleep(70_000); // A sweep, and the retry of the mail.

  const counts = new Map<string, number>();
  for await (const execution of client.workflow.list({
    query: 'ExecutionStatus = "Completed" or ExecutionStatus = "ContinuedAsNew" or ExecutionStatus = "Running"',
  })) {
    const count = counts.get(execution.type) ?? 0;
    if (count >= OF_EACH_TYPE) continue;
    counts.set(execution.type, count + 1);
    const history = await client.workflow.getHandle(execution.workflowId, execution.runId).fetchHistory();
    const file = `test/histories/${release}-${execution.type}-${String(count + 1)}.json`;
    await writeFile(file, `${scrub(historyToJSON(history))}\n`);
    say(`${file}: ${String(history.events?.length ?? 0)} events, ${String((await readFile(file)).length)} bytes`);
  }
  await connection.close();
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
process.exit();
