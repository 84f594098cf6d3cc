import { execFile, spawn } from 'node:child_process';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freePort } from '../../dev/launchers/ports.ts';
import { startApp, until } from '../fixtures/app.ts';
import { temporaryFolder } from '../fixtures/launcher.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const UNIT = join(ROOT, 'deploy/aller-retour@.service');

/** What the unit says, by name. */
const said = async (name: string): Promise<string> =>
  new RegExp(`^${name}=(.+)$`, 'm').exec(await readFile(UNIT, 'utf8'))?.[1] ?? '';

test('systemd finds nothing wrong with the unit of either process', async () => {
  await run('sh', [
    '-c',
    'command -v systemd-analyze || { apt-get update && apt-get install --yes --no-install-recommends systemd; }',
  ]);
  await using root = await temporaryFolder();
  await mkdir(join(root.path, 'usr/bin'), { recursive: true });
  await cp(process.execPath, join(root.path, 'usr/bin/node'));
  await cp('/usr/lib/systemd/system', join(root.path, 'usr/lib/systemd/system'), { recursive: true, verbatimSymlinks: true });
  for (const role of ['api', 'worker']) {
    const unit = `aller-retour@${role}.service`;
    await cp(UNIT, join(root.path, 'usr/lib/systemd/system', unit));
    const { stdout, stderr } = await run('systemd-analyze', ['verify', `--root=${root.path}`, unit]);
    expect(`${stdout}${stderr}`).toBe('');
  }
});

test('what the checklist’s commands build runs by the unit’s lines, as a user that owns nothing', async () => {
  const checklist = await readFile(join(ROOT, 'docs/operations/checklist.md'), 'utf8');
  const [, commands = 'false', needed = ''] = /\(`(npm ci [^`]+)`; what is needed are ([^)]+)\)/.exec(checklist) ?? [];
  await using source = await temporaryFolder();
  await using product = await temporaryFolder();
  await run('sh', ['-ec', `git -C "${ROOT}" archive HEAD | tar -x -C "${source.path}" && cd "${source.path}" && ${commands}`], {
    maxBuffer: 64_000_000,
  });
  for (const [, name = ''] of needed.matchAll(/`([^`]+)`/g))
    await cp(join(source.path, name), join(product.path, name), { recursive: true, verbatimSymlinks: true });

  // A folder that is made for passing things is its maker's alone.
  await chmod(product.path, 0o755);

  await using app = await startApp({ ways: {} });
  const { DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, SECRETS_KEY } = app.config;
  const port = await freePort();
  const settings = join(source.path, 'env');
  const env = { DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, SECRETS_KEY, PORT: String(port), MAIL_INBOUND_PORT: '' };
  await writeFile(
    settings,
    Object.entries(env)
      .flatMap(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  );
  // As systemd does: the folders and the file that it names, nothing of the caller's environment, a folder of its own for what is passing.
  const start = async (role: string) => {
    const script = `
      mount --bind "${product.path}" /mnt && mount -t tmpfs none /opt && mkdir -p "$FOLDER" && mount --bind /mnt "$FOLDER"
      test -e /usr/bin/node || touch /usr/bin/node; mount --bind "${process.execPath}" /usr/bin/node
      set -a; . "${settings}"; set +a; mount -t tmpfs -o mode=1777 none /tmp; cd "$FOLDER"
      exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs $COMMAND`;
    const given = (await said('Environment')).replaceAll('%i', role).split(' ');
    const child = spawn('unshare', ['--mount', 'sh', '-ec', script], {
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        COMMAND: await said('ExecStart'),
        FOLDER: await said('WorkingDirectory'),
        ...Object.fromEntries(given.map((pair) => pair.split('='))),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return {
      log: () => log,
      stop: () => (child.kill('SIGTERM'), ended),
      [Symbol.asyncDispose]: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  };
  await using api = await start('api');
  await using worker = await start('worker');
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('the API is ready', ready, 60_000).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${api.log()}`);
  });
  await until('the worker is ready', () => worker.log().includes('a worker has started'), 60_000).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${worker.log()}`);
  });
  expect(await Promise.all([api.stop(), worker.stop()])).toEqual([0, 0]);
});
