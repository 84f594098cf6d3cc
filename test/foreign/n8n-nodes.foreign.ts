import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { phone, startApp, until } from '../fixtures/app.ts';

const run = promisify(execFile);
const NODES = join(import.meta.dirname, '..', '..', 'clients', 'n8n');

/** n8n's own reading of the descriptions; then the trigger made, called and removed as n8n does it, and what Send would ask. */
const script = `
  const { NodeHelpers } = require('n8n-workflow');
  const { AllerRetour } = require('./dist/nodes/AllerRetour/AllerRetour.node.js');
  const { AllerRetourTrigger } = require('./dist/nodes/AllerRetour/AllerRetourTrigger.node.js');
  const [url, key, hook] = process.argv.slice(1);
  const stored = {};
  const context = {
    getWorkflowStaticData: () => stored,
    getNodeWebhookUrl: () => hook,
    getNodeParameter: () => ['reply.received'],
    getCredentials: async () => ({ url, key }),
    helpers: {
      async httpRequestWithAuthentication(_type, { method, url, body }) {
        const answer = await fetch(url, { method, headers: { authorization: 'Bearer ' + key, 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
        if (!answer.ok) throw new Error(await answer.text());
        return answer.status === 204 ? {} : answer.json();
      },
      returnJsonArray: (json) => [{ json }],
    },
  };
  const descriptionOf = (Node) => new Node().description;
  const shown = (Node, values) => NodeHelpers.getNodeParameters(descriptionOf(Node).properties, values, true, false, null, descriptionOf(Node));
  const node = (values) => ({ parameters: values, name: 'x', type: 'x', typeVersion: 1, position: [0, 0], id: 'x' });
  const issues = (values) => Object.keys(NodeHelpers.getNodeParametersIssues(descriptionOf(AllerRetour).properties, node(values), descriptionOf(AllerRetour))?.parameters ?? {});
  const { checkExists, create, delete: remove } = new AllerRetourTrigger().webhookMethods.default;
  (async () => {
    const before = await checkExists.call(context);
    await create.call(context);
    const made = { ...stored };
    const exists = await checkExists.call(context);
    process.stdin.setEncoding('utf8');
    console.log(JSON.stringify({ secret: made.secret }));
    let sent = '';
    for await (const part of process.stdin) sent += part;
    const { headers, body } = JSON.parse(sent);
    const webhook = async (rawBody) => {
      let status = null;
      const answered = await new AllerRetourTrigger().webhook.call({ ...context,
        getRequestObject: () => ({ rawBody: Buffer.from(rawBody) }), getHeaderData: () => headers, getBodyData: () => JSON.parse(rawBody),
        getResponseObject: () => ({ status(code) { status = code; return { end() {} } } }) });
      return status ?? answered.workflowData[0][0].json.data.reply.text;
    };
    const heard = [await webhook(body), await webhook(body.replace('OUI', 'NON'))];
    await remove.call(context);
    console.log(JSON.stringify({ before, exists, after: await checkExists.call(context), heard, stored,
      send: shown(AllerRetour, {}), trigger: shown(AllerRetourTrigger, {}), empty: issues({}), full: issues({ to: '+33612345678', text: 'Bonjour' }) }));
  })();`;

test('n8n’s own linter and reader accept the nodes; only a signed reply starts a workflow', { timeout: 300_000 }, async () => {
  await run('npm', ['ci', '--no-audit', '--no-fund', '--silent'], { cwd: NODES });
  await run('npm', ['run', 'build', '--silent'], { cwd: NODES });
  // Under "test" n8n's rules look at their own tests.
  await run('npm', ['run', 'lint', '--silent'], { cwd: NODES, env: { ...process.env, NODE_ENV: 'production' } });
  const { stdout: packed } = await run('npm', ['pack', '--dry-run', '--json'], { cwd: NODES });
  expect(packed).toContain('dist/nodes/AllerRetour/AllerRetourTrigger.node.js');
  await using app = await startApp({ ways: {} });
  const program = run('node', ['-e', script, app.url, app.key, `${app.world.endpoint.url}/hook/n8n`], {
    cwd: NODES,
    timeout: 60_000,
  });
  let said = '';
  program.child.stdout?.on('data', (part: string) => void (said += part));
  await until('the trigger has its endpoint', () => said.includes('\n'));
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'OUI');
  const call = await until('the reply is posted', () => app.world.endpoint.calls.find(({ name }) => name === 'n8n'));
  program.child.stdin?.end(JSON.stringify({ headers: call.headers, body: call.body }));
  const { stdout } = await program;
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({
    before: false,
    exists: true,
    after: false,
    heard: ['OUI', 401],
    stored: {},
    send: expect.objectContaining({ operation: 'send', route: 'premium', withReplies: true }),
    trigger: { events: ['reply.received'] },
    empty: ['to', 'text'],
    full: [],
  });
});
