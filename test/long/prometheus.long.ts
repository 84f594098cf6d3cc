import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { phone, startApp, until } from '../fixtures/app.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

beforeAll(() =>
  run('sh', ['-c', 'command -v promtool || { apt-get update && apt-get install --yes --no-install-recommends prometheus; }']),
);

test('promtool finds nothing wrong with the alert rules', async () => {
  const { stdout } = await run('promtool', ['check', 'rules', join(ROOT, 'monitoring/alerts.yml')]);
  expect(stdout).toMatch(/SUCCESS: 21 rules found/);
});

test('the alert of a ledger rings once it is broken, or unchecked for two nights, not before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alerts-'));
  const firing = {
    exp_labels: { severity: 'critical' },
    exp_annotations: {
      summary: 'What is owed to customers does not add up, or was not checked for two nights',
      runbook: 'docs/operations/runbooks.md#allerretourledgerbroken',
    },
  };
  const at = (eval_time: string, exp_alerts: object[]) => ({ alertname: 'AllerRetourLedgerBroken', eval_time, exp_alerts });
  const night = 60 * 24;
  const series = (broken: string, checked: string) => [
    { series: 'aller_retour_ledger_broken_rows', values: broken },
    { series: 'aller_retour_ledger_last_check_timestamp_seconds', values: checked },
  ];
  const suite = {
    rule_files: [join(ROOT, 'monitoring/alerts.yml')],
    tests: [
      { input_series: series('0x5 2x5', '1x10'), alert_rule_test: [at('4m', []), at('9m', [firing])] },
      { input_series: series(`0x${3 * night}`, `1x${3 * night}`), alert_rule_test: [at('49h', []), at('51h', [firing])] },
    ].map((each) => ({ interval: '1m', ...each })),
  };
  await writeFile(join(folder, 'suite.yml'), JSON.stringify(suite));
  try {
    const { stdout } = await run('promtool', ['test', 'rules', join(folder, 'suite.yml')]);
    expect(stdout).toContain('SUCCESS');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('promtool finds nothing wrong with the metrics of a process that has worked', async () => {
  await using app = await startApp({ ways: { callback: true } });
  await app.ended(await app.campaign([{ to: phone(1) }]));
  const folder = await mkdtemp(join(tmpdir(), 'metrics-'));
  try {
    const text = await until('the line has told how it is', async () => {
      const { text } = await app.metrics();
      return /^aller_retour_carrier_lines\{carrier="[^"]+",route="premium",state="bound"\} 1$/m.test(text) && text;
    });
    expect(text).toMatch(/^aller_retour_messages_submitted_total\{carrier="[^"]+",route="premium",outcome="accepted"\} 1$/m);
    // Node's own and those of 0.1 have names that promtool would rather have otherwise.
    const ours = text.split('\n').filter((line) => line.includes('aller_retour_') || line === '');
    await writeFile(join(folder, 'metrics'), `${ours.join('\n')}\n`);
    const { stdout, stderr } = await run('sh', ['-c', `promtool check metrics < ${join(folder, 'metrics')}`]);
    expect(`${stdout}${stderr}`).toBe('');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
