import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Line } from './table.ts';

const run = promisify(execFile);
const Run = z.object({
  figures: z.array(z.object({ bench: z.string(), line: z.string(), value: z.number(), unit: z.string() })),
});

/** Measures another commit in its own checkout, right after ours: machines change by the hour. */
export async function measureCommit(commit: string, names: string[], say: (line: string) => void): Promise<Line[]> {
  const folder = await mkdtemp(join(tmpdir(), 'aller-retour-compare-'));
  try {
    await run('git', ['worktree', 'add', '--detach', folder, commit]);
    say(`${commit}: installing`);
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
    say(`${commit}: measuring`);
    const bench = ['run', '-s', 'bench', '--', ...names, '--json'];
    const { stdout } = await run('npm', bench, { cwd: folder, maxBuffer: 10_000_000 });
    return Run.parse(JSON.parse(stdout.slice(stdout.indexOf('{')))).figures;
  } finally {
    await run('git', ['worktree', 'remove', '--force', folder]).catch(() => {});
    await rm(folder, { recursive: true, force: true });
  }
}
