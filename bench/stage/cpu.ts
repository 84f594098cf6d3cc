import { readdir, readFile } from 'node:fs/promises';

export const PARTS = ['api', 'worker', 'PostgreSQL', 'Temporal'] as const;
export type Part = (typeof PARTS)[number];
export type Cpu = Record<Part, number>;

/** Clock ticks a second on Linux. */
const TICKS = 100;

type Process = { pid: number; parent: number; command: string; seconds: number };

async function look(pid: number): Promise<Process | null> {
  try {
    const [stat, command] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile(`/proc/${pid}/cmdline`, 'utf8')]);
    // Fields follow the name, which may contain spaces; the 12th to 15th are user and system time, reaped children included.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
    return { pid, parent: Number(fields[1]), command: command.replaceAll('\0', ' '), seconds: ticks / TICKS };
  } catch {
    return null;
  }
}

/** Processor seconds used so far by each part of the stack that this process started. Linux only. */
export async function cpuOf({ api, workers }: { api: number; workers: number[] }): Promise<Cpu> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const processes = (await Promise.all(pids.map(look))).filter((each) => each !== null);
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const ours = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === process.pid || ours(parents.get(pid)));
  const cpu: Cpu = { api: 0, worker: 0, PostgreSQL: 0, Temporal: 0 };
  for (const { pid, command, seconds } of processes) {
    if (!ours(pid) || pid === process.pid) continue;
    if (pid === api) cpu.api += seconds;
    else if (workers.includes(pid)) cpu.worker += seconds;
    else if (command.includes('postgres')) cpu.PostgreSQL += seconds;
    else if (command.includes('temporal')) cpu.Temporal += seconds;
  }
  return cpu;
}

export const since = (before: Cpu, now: Cpu): Cpu => ({
  api: now.api - before.api,
  worker: now.worker - before.worker,
  PostgreSQL: now.PostgreSQL - before.PostgreSQL,
  Temporal: now.Temporal - before.Temporal,
});
