import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

// Where things stand: by layer, then by subject. `npm run check:layout` says what breaks a rule, and how to mend it.

/** One folder holds so many files at most: one that passes it is split by a word of the domain. */
const MOST_FILES = 20;
/** Lists that grow by one a release, or that a tool writes. */
const LISTS = /^(?:database\/migrations|docs\/decisions|docs\/screenshots|test\/histories|bench\/results)$/;
const LAYERS = /^(?:activities|api|cli|console|database|dev|domain|planning|temporal|templates|test|webhook-client|workflows)\//;
/** Folders of one shape: the same file stands in each of them. */
const SHAPES = /^(?:(?:console\/i18n|domain\/problems)\/(?:en|fr)|api\/dialects\/[^/]+|carriers\/[^/]+)$/;
/** What every subject of a layer may be shared by, or puts all of them together. */
const SUBJECT = /^(activities|api|console|database|domain)\/([^/]+)\//;

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => existsSync(file));
const faults: string[] = [];

for (const [folder, inside] of Object.entries(Object.groupBy(files, (file) => dirname(file)))) {
  if (folder === '.' || LISTS.test(folder) || (inside?.length ?? 0) <= MOST_FILES) continue;
  faults.push(`${folder}/ has ${inside?.length} files, ${MOST_FILES} at most: split it by a word of the domain.`);
}

const code = files.filter((file) => /\.tsx?$/.test(file));
const named = Object.groupBy(
  code.filter((file) => LAYERS.test(file) && !SHAPES.test(dirname(file))),
  (file) => `${file.split('/')[0]}/…/${basename(file)}`,
);
for (const [name, same] of Object.entries(named))
  if ((same?.length ?? 0) > 1)
    faults.push(`${name} stands ${same?.length} times in its layer (${same?.join(', ')}): give each its own name.`);

/** From one subject of a layer to another: an example of each. */
const arrows = new Map<string, string>();
for (const file of code) {
  const from = SUBJECT.exec(file);
  if (!from) continue;
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
    const target = join(dirname(file), path);
    const to = SUBJECT.exec(target);
    if (to && to[1] === from[1] && to[2] !== from[2])
      arrows.set(`${from[1]}/${from[2]} → ${to[1]}/${to[2]}`, `${file} → ${target}`);
  }
}
for (const [arrow, example] of arrows) {
  const [from = '', to = ''] = arrow.split(' → ');
  const back = arrows.get(`${to} → ${from}`);
  if (back !== undefined && from < to)
    faults.push(`${from} and ${to} import each other (${example}; ${back}): move the shared part to where both reach it.`);
}

/** Changes rows: a test reaches a state by a door of the product, or by a fixture that names it. */
const CHANGES_ROWS = /\b(?:insert into|delete from|truncate|update \S+ set)\b/i;
/** Tests of the database itself. */
const OF_THE_DATABASE: Record<string, string> = {
  'test/durability/database.test.ts': 'fills a table of its own to see how plans are kept',
  'test/whole/launchers.test.ts': 'keeps a row in a database that was killed',
  'test/people/audit.test.ts': 'sees the database refuse it',
  'test/whole/fill-tables.ts': 'fills every table with nulls, whatever the product would store',
  'test/long/locks.long.ts': 'writes what the version before writes',
};
for (const file of code.filter((file) => file.startsWith('test/') && file !== 'test/check-layout.ts')) {
  const text = readFileSync(file, 'utf8');
  if (/from '[./]*\/bench\//.test(text))
    faults.push(`${file} imports bench/: move what both use to test/fixtures/, from where a measurement may import it.`);
  if (CHANGES_ROWS.test(text) && !file.startsWith('test/fixtures/') && !(file in OF_THE_DATABASE))
    faults.push(`${file} changes rows: use a route, or name the state by a function of test/fixtures/states/.`);
}

process.stdout.write(faults.map((fault) => `${fault}\n`).join('') || `${files.length} files stand where they belong.\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
