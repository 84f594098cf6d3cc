import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { EVENT_TYPES } from '../../domain/callbacks/event-types.ts';
import { listen } from '../../cli/listen.ts';
import { textOf } from '../../dev/seed.ts';
import type { Call } from '../../dev/simulator/endpoint.ts';
import { phone, startApp, until } from '../fixtures/app.ts';

const run = promisify(execFile);
const DOCS = new URL('../../docs/callbacks.md', import.meta.url);

type Given = { headers: Record<string, string>; body: string };

/** How each language runs its snippet: files to write, and the command that answers `true` or `false` for `given.json`. */
const LANGUAGES: Record<string, { command: string[]; files: (snippet: string) => Record<string, string> }> = {
  node: {
    command: ['node', 'main.mjs'],
    files: (snippet) => ({
      'verify.mjs': snippet,
      'main.mjs': `import { readFileSync } from 'node:fs';
import { verify } from './verify.mjs';
const { headers, body } = JSON.parse(readFileSync('given.json', 'utf8'));
console.log(verify(process.env.WEBHOOK_SECRET, headers, body));`,
    }),
  },
  python: {
    command: ['python3', 'main.py'],
    files: (snippet) => ({
      'main.py': `${snippet}
import json, os
given = json.load(open("given.json", encoding="utf8"))
print(str(verify(os.environ["WEBHOOK_SECRET"], given["headers"], given["body"].encode())).lower())`,
    }),
  },
  php: {
    command: ['php', 'main.php'],
    files: (snippet) => ({
      'main.php': `<?php
${snippet}
$given = json_decode(file_get_contents('given.json'), true);
echo verify(getenv('WEBHOOK_SECRET'), $given['headers'], $given['body']) ? 'true' : 'false';`,
    }),
  },
  go: {
    command: ['go', 'run', 'verify.go', 'main.go'],
    files: (snippet) => ({
      'verify.go': snippet,
      'main.go': `package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	var given struct {
		Headers map[string]string
		Body    string
	}
	file, _ := os.ReadFile("given.json")
	if err := json.Unmarshal(file, &given); err != nil {
		panic(err)
	}
	headers := http.Header{}
	for name, value := range given.Headers {
		headers.Set(name, value)
	}
	fmt.Println(verify(os.Getenv("WEBHOOK_SECRET"), headers, []byte(given.Body)))
}
`,
    }),
  },
};

const here = (command: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`]);
    return true;
  } catch {
    return false;
  }
};

async function verdict(language: string, snippet: string, secret: string, given: Given): Promise<string> {
  const how = LANGUAGES[language];
  if (!how) throw new Error(`Say in this test how ${language} is run`);
  const folder = await mkdtemp(join(tmpdir(), 'aller-retour-snippet-'));
  try {
    const files = { ...how.files(snippet), 'given.json': JSON.stringify(given) };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const [command = '', ...args] = how.command;
    const go = { GOCACHE: join(tmpdir(), 'aller-retour-go-cache'), GO111MODULE: 'off', GOMAXPROCS: '1' };
    const env = { ...process.env, WEBHOOK_SECRET: secret, ...go };
    return (await run(command, args, { cwd: folder, env })).stdout.trim();
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A callback as an endpoint gets it. The product has stopped when this answers: compilers leave nothing of a small machine to it. */
async function reallySent(): Promise<Given & { secret: string }> {
  await using app = await startApp({ ways: {} });
  const made = await app.account.send('POST', '/v1/callback-endpoints', { url: `${app.world.endpoint.url}/hook` });
  const secret = textOf(made, 'secret');
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'Été à 18 h, ça va ? 🙂');
  const { headers, body }: Call = await until('the endpoint has it', () => app.world.endpoint.calls[0]);
  return { headers, body, secret };
}

test('the snippets of the documentation accept what is really sent, and nothing that was changed', async () => {
  const { headers, body, secret } = await reallySent();
  const docs = await readFile(DOCS, 'utf8');
  const snippets = [...docs.matchAll(/<!-- snippet: (\w+) -->\n```\w+\n([\s\S]*?)```/g)].map(([, language = '', code = '']) => ({
    language,
    code,
  }));
  expect(snippets.map(({ language }) => language)).toEqual(Object.keys(LANGUAGES));
  const runnable = snippets.filter(({ language }) => here(LANGUAGES[language]?.command[0] ?? ''));
  expect(runnable.map(({ language }) => language)).toEqual(expect.arrayContaining(['node']));
  for (const { language, code } of runnable) {
    const old = { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 3600) };
    const verdicts = [
      await verdict(language, code, secret, { headers, body }),
      await verdict(language, code, secret, { headers, body: `${body} ` }),
      await verdict(language, code, secret, { headers: { ...headers, 'webhook-id': 'another' }, body }),
      await verdict(language, code, secret, { headers: old, body }),
      await verdict(language, code, `whsec_${Buffer.alloc(32).toString('base64')}`, { headers, body }),
    ];
    expect([language, ...verdicts]).toEqual([language, 'true', 'false', 'false', 'false', 'false']);
  }
  const example: unknown = JSON.parse(/<!-- body -->\n```json\n([\s\S]*?)```/.exec(docs)?.[1] ?? '');
  expect(shape(example)).toEqual(shape(JSON.parse(body)));
  for (const type of [...EVENT_TYPES, 'ping']) expect(docs).toContain(`\`${type}\``);
}, 180_000);

/** The names of its fields, however deep. */
const shape = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]))
    : 'value';

test('npm run listen posts an account’s events to one’s own machine, signed, from now on', async () => {
  await using app = await startApp({ ways: {} });
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  app.world.endpoint.addSecret(secret);
  const stop = new AbortController();
  const said: string[] = [];
  const { key } = app;
  const forward = `${app.world.endpoint.url}/hook/mine`;
  const listening = listen({
    url: app.url,
    key,
    forward,
    secret,
    after: 'now',
    say: (line) => said.push(line),
    signal: stop.signal,
  });
  await app.campaign([{ to: phone(1) }]);
  await until('the phone has it', () => app.world.phones.received[0]);
  await app.world.phones.reply(phone(1), 'OUI');
  const call = await until('it is posted', () => app.world.endpoint.calls[0]);
  expect(call).toMatchObject({ name: 'mine', verified: true, headers: { 'x-trigger': 'test' } });
  expect(JSON.parse(call.body)).toMatchObject({ type: 'reply.received', data: { reply: { text: 'OUI' } } });
  await until('its answer is told', () => said.length > 0);
  stop.abort();
  await listening;
  expect(said).toEqual([expect.stringMatching(/^reply\.received .* → 200$/)]);
});
