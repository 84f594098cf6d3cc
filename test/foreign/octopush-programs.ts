import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FOLDER = join(homedir(), '.cache', 'aller-retour', 'octopush-clients');
const NODE = join(FOLDER, 'node');
const PYTHON = join(FOLDER, 'python');

/** The clients as their registries have them, installed once for this machine. */
export async function installClients(): Promise<void> {
  mkdirSync(NODE, { recursive: true });
  if (!existsSync(join(NODE, 'node_modules', 'octopush')))
    await run('npm', ['install', '--prefix', NODE, '--no-audit', '--no-fund', '--silent', 'octopush@1.0.2']);
  if (!existsSync(join(PYTHON, 'apprise')))
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', PYTHON, 'octopush==1.0.0', 'apprise==2.3.0']);
}

/** Runs a program of a few lines that uses one of them, with what it may know of; answers with what it printed and how it ended. */
async function answerOf(
  command: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ said: string; failed: boolean }> {
  try {
    const { stdout } = await run(command, args, {
      env: { PATH: process.env['PATH'] ?? '', HOME: FOLDER, ...env },
      timeout: 50_000,
    });
    return { said: stdout.trim(), failed: false };
  } catch (error) {
    const text = (name: string): string => String(error instanceof Error ? (Reflect.get(error, name) ?? '') : '');
    return { said: `${text('stdout')}${text('stderr')}`.trim(), failed: true };
  }
}

const inNode = `
  const octopush = require('octopush');
  const [what, login, key, to, text] = process.argv.slice(1);
  const tell = (failed, answer) => console.log(JSON.stringify({ failed: Boolean(failed), answer }));
  if (what === 'balance') new octopush.OWS(login, key).get_balance(tell);
  else {
    const sms = new octopush.SMS(login, key);
    sms.set_sms_text(text); sms.set_sms_recipients([to]); sms.set_sms_type(octopush.constants.SMS_PREMIUM);
    sms.set_sms_sender('12345'); sms.set_option_with_replies(1); sms.set_option_transactional(1); sms.set_request_keys('TRS');
    sms.send(tell);
  }`;
const inPython = `
import sys, json, octopush
what, login, key, to, text = sys.argv[1:6]
sms = octopush.SMS(login, key)
sms.set_sms_text(text); sms.set_sms_recipients([to]); sms.set_sms_type(octopush.SMS_PREMIUM)
sms.set_sms_sender('12345'); sms.with_replies = 1; sms.transactional = 1; sms.request_keys = 'TRS'
doc = octopush.OWS(login, key).get_balance() if what == 'balance' else sms.send()
print(json.dumps({child.tag: child.text for child in doc}))`;
const inApprise = `
import sys, apprise
what, login, key, to, text = sys.argv[1:6]
it = apprise.Apprise()
it.add('octopush://%s/%s/%s/?replies=yes' % (login, key, to))
print('sent' if it.notify(body=text) else 'refused')`;

type Asked = { what: 'sms' | 'balance'; login: string; key: string; to: string; text: string };
const listed = ({ what, login, key, to, text }: Asked): string[] => [what, login, key, to, text];

/** Their host names are fixed: they find us by a proxy. `tls` is one that answers for https with a certificate of its own. */
export const clients = {
  npm: (asked: Asked, { http }: { http: string }) =>
    answerOf('node', ['-e', inNode, ...listed(asked)], {
      http_proxy: http,
      NODE_PATH: join(NODE, 'node_modules'),
      NODE_NO_WARNINGS: '1',
    }),
  pypi: (asked: Asked, { http }: { http: string }) =>
    answerOf('python3', ['-c', inPython, ...listed(asked)], { http_proxy: http, PYTHONPATH: PYTHON }),
  apprise: (asked: Asked, { tls, ca }: { tls: string; ca: string }) =>
    answerOf('python3', ['-c', inApprise, ...listed(asked)], { https_proxy: tls, REQUESTS_CA_BUNDLE: ca, PYTHONPATH: PYTHON }),
};
