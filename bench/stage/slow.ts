import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

/** Gives this process and its children half of each core, by a control group: root on Linux only. */
export async function halveCores(): Promise<void> {
  const name = `aller-retour-bench-${process.pid}`;
  const first = join('/sys/fs/cgroup/cpu', name);
  const isFirst = await access('/sys/fs/cgroup/cpu').then(
    () => true,
    () => false,
  );
  const folder = isFirst ? first : join('/sys/fs/cgroup', name);
  await mkdir(folder);
  const quota = String(cpus().length * 50_000);
  if (isFirst) await writeFile(join(folder, 'cpu.cfs_quota_us'), quota);
  else await writeFile(join(folder, 'cpu.max'), `${quota} 100000`);
  await writeFile(join(folder, 'cgroup.procs'), String(process.pid));
}

/** Writes each commit through, beside another writer. */
export async function slowDisk(databaseUrl: string, dataDir: string): Promise<AsyncDisposable> {
  const client = new Client(databaseUrl);
  await client.connect();
  await client.query(`alter system set wal_sync_method = 'open_sync'`);
  await client.query('select pg_reload_conf()');
  await client.end();
  const file = join(dataDir, 'other-writer');
  const writer = spawn('sh', ['-c', `while :; do dd if=/dev/zero of="$0" bs=64k count=64 oflag=dsync 2>/dev/null; done`, file], {
    stdio: 'ignore',
  });
  return {
    async [Symbol.asyncDispose]() {
      const exit = once(writer, 'exit');
      writer.kill('SIGKILL');
      await exit;
      await rm(file, { force: true });
    },
  };
}
