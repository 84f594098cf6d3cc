import { execFileSync } from 'node:child_process';

// A recorded run stands for runs that customers have under way: taking it away would hide that they can no longer go on.
const removed = execFileSync(
  'git',
  ['log', '--diff-filter=D', '--no-renames', '--name-only', '--format=', '--', 'test/histories'],
  {
    encoding: 'utf8',
  },
);
const missing = execFileSync('git', ['ls-files', '--deleted', '--', 'test/histories'], { encoding: 'utf8' });
const names = [...new Set(`${removed}${missing}`.split('\n').filter((line) => line !== ''))];
if (names.length > 0) {
  process.stderr.write(
    `Recorded runs were removed; bring them back, and guard what changed with patched():\n${names.join('\n')}\n`,
  );
  process.exitCode = 1;
}
