import { execFile, spawn } from 'node:child_process';
import { access, chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureProductionServer } from '../../dev/launchers/temporal-binary.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(homedir(), '.cache/aller-retour/containers');
const COMPOSE = 'v2.27.1';
const LOTS = { maxBuffer: 64_000_000 };
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Debian's dockerd and the compose plugin, built once from its source: what a host of an operator's has. */
async function programs(): Promise<string> {
  await run('sh', [
    '-c',
    'command -v dockerd && command -v debootstrap || { apt-get update && apt-get install --yes --no-install-recommends docker.io debootstrap; }',
  ]);
  const plugin = join(CACHE, 'docker-compose');
  const built = await access(plugin).then(
    () => true,
    () => false,
  );
  if (built) return plugin;
  say('the compose plugin is built, once');
  await mkdir(CACHE, { recursive: true });
  const source = await mkdtemp(join(tmpdir(), 'compose-source-'));
  const script = `
    cd "${source}" && printf 'module none\\ngo 1.21\\n' > go.mod
    cp -r "$(go mod download -json github.com/docker/compose/v2@${COMPOSE} | sed -n 's/.*"Dir": "\\(.*\\)".*/\\1/p')" compose
    chmod -R u+w compose && cd compose && go build -trimpath -ldflags '-s -w' -o "${plugin}.new" ./cmd && mv "${plugin}.new" "${plugin}"`;
  await run('sh', ['-euc', script], LOTS);
  await rm(source, { recursive: true, force: true });
  return plugin;
}

/** A root of Debian's packages, made once. */
async function debian(): Promise<string> {
  const root = join(CACHE, 'debian.tar');
  const script = `
    test -f "${root}" && exit 0
    debootstrap --variant=minbase --include=ca-certificates "${root}.d" && tar -C "${root}.d" -cf "${root}.new" . && mv "${root}.new" "${root}"
    rm -rf "${root}.d"`;
  await run('sh', ['-euc', script], LOTS);
  return root;
}

const ENTRY = `#!/bin/sh
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA" && chown -R postgres "$PGDATA" && echo "$POSTGRES_PASSWORD" > /tmp/password && chmod 644 /tmp/password
  runuser -u postgres -- initdb -D "$PGDATA" -E UTF8 -U postgres -A scram-sha-256 --pwfile /tmp/password
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
fi
exec runuser -u postgres -- "$@" -D "$PGDATA" -c listen_addresses='*'
`;
const INSTALL = 'RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends';

/**
 * Stand-ins for the images that the files name, from Debian's packages, npm's Node and Temporal's server as it is built here; none
 * of them is the image of that name, and Temporal's UI is a page that says so.
 */
async function standIns(docker: (...args: string[]) => Promise<string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'stand-ins-'));
  const temporal = await ensureProductionServer(say);
  const settings = join(homedir(), '.npmrc');
  const files: [from: string, to: string][] = [
    [process.execPath, 'node'],
    [join((await run('npm', ['root', '--global'])).stdout.trim(), 'npm'), 'npm'],
    ['/etc/ssl/certs/ca-certificates.crt', 'ca.crt'],
    [temporal.server, 'temporal-server'],
    [temporal.sqlTool, 'temporal-sql-tool'],
    [temporal.schema, 'schema'],
  ];
  for (const [from, to] of files) await cp(from, join(folder, to), { recursive: true, dereference: true });
  await writeFile(join(folder, 'npmrc'), await readFile(settings, 'utf8').catch(() => ''));
  await writeFile(join(folder, 'entry'), ENTRY);
  await chmod(join(folder, 'entry'), 0o755);
  const images: Record<string, string> = {
    'node:24-bookworm-slim': `COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY npmrc /root/.npmrc
COPY ca.crt /etc/ssl/certs/ca-certificates.crt
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && useradd --create-home node`,
    'postgres:18': `${INSTALL} postgresql-15
COPY entry /entry
ENV PGDATA=/var/lib/postgresql/data PATH=/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENTRYPOINT ["/entry"]`,
    'temporalio/admin-tools:1.32': `COPY temporal-sql-tool /usr/local/bin/
COPY schema /etc/temporal/schema/postgresql/v12`,
    'temporalio/server:1.32.0': `${INSTALL} netcat-openbsd
COPY temporal-server /usr/local/bin/
# As the entry of the real image does where it listens on every address.
CMD ["sh", "-c", "TEMPORAL_BROADCAST_ADDRESS=$(hostname -i) exec temporal-server start"]`,
    'temporalio/ui:2.54.1': `${INSTALL} busybox
RUN ln -s busybox /bin/wget && mkdir /www && echo 'a stand-in' > /www/index.html
CMD ["busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]`,
    'caddy:2': `${INSTALL} caddy busybox && ln -s busybox /bin/wget
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]`,
  };
  await docker('import', await debian(), 'debian-packages');
  for (const [name, lines] of Object.entries(images)) {
    const from = `FROM debian-packages\nLABEL stand-in=true\n${lines}\n`;
    await writeFile(join(folder, 'Dockerfile'), from);
    await docker('build', '--quiet', '--network', 'host', '--tag', name, folder);
  }
  await rm(folder, { recursive: true, force: true });
}

/** A container engine of its own, with the images that docker-compose.yml names and the product's, built by its Dockerfile. */
export async function startEngine() {
  const plugin = await programs();
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const socket = `unix://${folder}/socket`;
  const daemon = spawn(
    'dockerd',
    ['--data-root', join(CACHE, 'engine'), '--exec-root', `${folder}/exec`, '--pidfile', `${folder}/pid`, '--host', socket],
    { stdio: 'ignore' },
  );
  const env = { ...process.env, DOCKER_HOST: socket };
  const docker = async (...args: string[]): Promise<string> => (await run('docker', args, { env, ...LOTS })).stdout;
  await using starting = new AsyncDisposableStack();
  starting.defer(async () => {
    const over = new Promise((resolve) => daemon.once('exit', resolve));
    if (daemon.exitCode === null) daemon.kill('SIGTERM');
    await over;
    await run('umount', [`${folder}/exec/netns/default`]).catch(() => {});
    await rm(folder, { recursive: true, force: true });
  });
  for (let tries = 0; ; tries++) {
    if (daemon.exitCode !== null || tries > 150) throw new Error('dockerd does not start here: as root only');
    if (
      await docker('version').then(
        () => true,
        () => false,
      )
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await standIns(docker);
  const source = join(folder, 'source');
  await run('sh', ['-euc', `mkdir "${source}" && git -C "${ROOT}" archive HEAD | tar -x -C "${source}"`]);
  await docker('build', '--quiet', '--network', 'host', '--tag', 'aller-retour', source);
  const running = starting.move();
  return {
    source,
    docker,
    compose: async (...args: string[]): Promise<string> =>
      (await run(plugin, ['--project-directory', source, ...args], { env, cwd: source, ...LOTS })).stdout,
    /** Where containers reach this host. */
    host: async (): Promise<string> =>
      (await docker('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Gateway}}')).trim(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
