import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { phone, startApp, until, type App } from '../fixtures/app.ts';

const run = promisify(execFile);
const CLIENTS = join(import.meta.dirname, '..', '..', 'clients');

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'clients-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** README's five calls, each through the client, then a list in pages, the events and a callback's signature. */
const inNode = `
  import { createClient, verify, ApiError } from 'aller-retour-client';
  const [url, key, to, text, secret] = process.argv.slice(2);
  const client = createClient({ url, key });
  const ending = new AbortController();
  const heard = (async () => {
    for await (const { event } of client.events.follow({ signal: ending.signal })) if (event.type === 'reply.received') return event.data.reply.text;
  })();
  const body = { name: 'Samedi', route: 'premium', withReplies: true, text, recipients: [{ to }] };
  const { data: campaign } = await client.POST('/v1/campaigns', { body });
  const { data: seen } = await client.GET('/v1/campaigns/{id}', { params: { path: { id: campaign.id } } });
  console.log('launched', seen.state);
  const text2 = await heard;
  const replies = [];
  for await (const reply of client.pages((cursor) => client.GET('/v1/replies', { params: { query: { cursor, limit: 1 } } }))) replies.push(reply);
  const { data: answer } = await client.POST('/v1/conversations/{id}/messages', {
    params: { path: { id: replies[0].conversationId } }, body: { text: 'À samedi !' } });
  const { data: endpoint } = await client.POST('/v1/callback-endpoints', { body: { url: 'https://93.184.216.34/replies' } }).catch((error) => ({ data: error }));
  const refused = await client.GET('/v1/campaigns/{id}', { params: { path: { id: 'none' } } }).catch((error) => error);
  const signed = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': process.env.AT, 'webhook-signature': process.env.SIGNATURE };
  let forged = false;
  try { verify('{}', signed, secret) } catch { forged = true }
  console.log(JSON.stringify({ heard: text2, replies: replies.map((each) => each.text), answer: answer.text, endpoint: endpoint.url ?? endpoint.message,
    refused: refused instanceof ApiError && refused.problem.code, verified: verify(process.env.BODY, signed, secret), forged }));
  process.exit(0);`;
const inPython = `
import json, os, sys, threading
from aller_retour import AllerRetour, ApiError, verify
url, key, to, text, secret = sys.argv[1:6]
client = AllerRetour(url, key)
heard = []
def follow():
    for event, cursor in AllerRetour(url, key).events.follow():
        if event["type"] == "reply.received":
            heard.append(event["data"]["reply"]["text"])
            return
following = threading.Thread(target=follow)
following.start()
campaign = client.post("/v1/campaigns", {"name": "Samedi", "route": "premium", "withReplies": True, "text": text, "recipients": [{"to": to}]})
print("launched", client.get("/v1/campaigns/" + campaign["id"])["state"], flush=True)
following.join()
replies = list(client.pages("/v1/replies", limit=1))
answer = client.post("/v1/conversations/%s/messages" % replies[0]["conversationId"], {"text": "À samedi !"})
endpoint = client.post("/v1/callback-endpoints", {"url": "https://93.184.216.34/replies"})["url"]
refused = forged = None
try:
    client.get("/v1/campaigns/none")
except ApiError as error:
    refused = error.problem["code"]
headers = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": os.environ["AT"], "webhook-signature": os.environ["SIGNATURE"]}
try:
    verify("{}", headers, secret)
except Exception:
    forged = True
print(json.dumps({"heard": heard[0], "replies": [each["text"] for each in replies], "answer": answer["text"], "endpoint": endpoint,
    "refused": refused, "verified": verify(os.environ["BODY"], headers, secret), "forged": forged}))`;

const BODY = '{"test": 2432232314}';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** The environment in which a callback of this moment can be verified. */
async function signedNow(): Promise<Record<string, string>> {
  const { Webhook } = await import('standardwebhooks');
  const at = new Date();
  const SIGNATURE = new Webhook(SECRET).sign('msg_p5jXN8AQM9LWM0D4loKWxJek', at, BODY);
  return { AT: String(Math.floor(at.getTime() / 1000)), SIGNATURE, BODY };
}

/** Runs the program while a phone answers what it sent; answers with its last line. */
async function playWith(app: App, command: string, args: string[], env: Record<string, string>): Promise<unknown> {
  const program = run(command, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env, ...(await signedNow()) },
    timeout: 55_000,
  });
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'OUI');
  const { stdout } = await program;
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

const PLAYED = {
  heard: 'OUI',
  replies: ['OUI'],
  answer: 'À samedi !',
  endpoint: 'https://93.184.216.34/replies',
  refused: 'not-found',
  verified: { test: 2432232314 },
  forged: true,
};

test(
  'the TypeScript client is generated, packed and installed, and makes README’s five calls',
  { timeout: 300_000 },
  async () => {
    await using folder = await temporaryFolder();
    const source = join(CLIENTS, 'typescript');
    await run('npm', ['ci', '--no-audit', '--no-fund', '--silent'], { cwd: source });
    await run('npm', ['pack', '--pack-destination', folder.path], { cwd: source });
    const [packed = ''] = (await readdir(folder.path)).filter((file) => file.endsWith('.tgz'));
    await writeFile(join(folder.path, 'package.json'), '{"type":"module"}');
    await run('npm', ['install', '--no-audit', '--no-fund', '--silent', join(folder.path, packed)], { cwd: folder.path });
    await writeFile(join(folder.path, 'play.js'), inNode);
    await using app = await startApp({ ways: {} });
    const args = [join(folder.path, 'play.js'), app.url, app.key, phone(1), 'Serez-vous là ?', SECRET];
    expect(await playWith(app, process.execPath, args, {})).toEqual(PLAYED);
  },
);

test(
  'the Python client is generated, built as a wheel, installed, and makes README’s five calls',
  { timeout: 300_000 },
  async () => {
    await using folder = await temporaryFolder();
    const source = join(CLIENTS, 'python');
    await rm(join(source, 'dist'), { recursive: true, force: true });
    await run('sh', ['build.sh'], { cwd: source, maxBuffer: 2 ** 24 });
    const [wheel = ''] = (await readdir(join(source, 'dist'))).filter((file) => file.endsWith('.whl'));
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder.path, join(source, 'dist', wheel)]);
    await using app = await startApp({ ways: {} });
    const args = ['-c', `import aller_retour.models\n${inPython}`, app.url, app.key, phone(1), 'Serez-vous là ?', SECRET];
    expect(await playWith(app, 'python3', args, { PYTHONPATH: folder.path })).toEqual(PLAYED);
  },
);
