import { readFile } from 'node:fs/promises';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createCheckLedger } from '../../activities/maintenance/check-ledger.ts';
import { installationGauges } from '../../activities/maintenance/installation-gauges.ts';
import { createProductMetrics, processGauges } from '../../activities/product-metrics.ts';
import { createMetrics, requestMetrics, serveMetrics } from '../../api/http/metrics.ts';
import { anAccount, startApi } from '../fixtures/api.ts';
import { aDelivery } from '../fixtures/rows.ts';
import { timePasses } from '../fixtures/states/time.ts';

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const OURS = /\b(?:aller_retour|nodejs)_[a-z0-9_]+/g;
const familyOf = (name: string): string => name.replace(/_(bucket|count|sum)$/, '');

test('each metric that an alert or the dashboard names is there', async () => {
  await using api = await startApi();
  const registry = createMetrics();
  createProductMetrics(registry);
  requestMetrics(registry);
  installationGauges(registry, api.db.pool);
  processGauges(registry, { pool: api.db.pool, version: '1', hears: () => true });
  const shown = await (await serveMetrics(registry, api.services.log)(new Request('http://localhost/metrics'))).text();
  const there = new Set([...shown.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
  for (const file of ['monitoring/alerts.yml', 'monitoring/dashboard.json']) {
    const named = [...(await read(file)).matchAll(OURS)].map(([name]) => familyOf(name));
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !there.has(name))).toEqual([]);
  }
});

test('each alert has a section of the runbooks, and each section an alert', async () => {
  const alerts = [...(await read('monitoring/alerts.yml')).matchAll(/alert: (\w+)[\s\S]+?runbooks\.md#(\w+)/g)];
  const sections = [...(await read('docs/operations/runbooks.md')).matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  expect(alerts.map(([, name]) => name)).toEqual(sections);
  expect(alerts.map(([, , anchor]) => anchor)).toEqual(sections.map((name) => name?.toLowerCase()));
});

test('one process reads the database for all, and another when that one is no longer asked', async () => {
  await using api = await startApi();
  const processes = [new Registry(), new Registry()];
  for (const registry of processes) installationGauges(registry, api.db.pool);
  const [first = new Registry(), second = new Registry()] = processes;
  const doubts = (registry: Registry) => registry.getSingleMetricAsString('aller_retour_messages_in_doubt');
  expect(await doubts(first)).toMatch(/^aller_retour_messages_in_doubt 0$/m);
  expect(await doubts(second)).not.toMatch(/^aller_retour_messages_in_doubt \d/m);
  await timePasses(api.db, '2 minutes', { upkeep: ['at'] });
  const third = new Registry();
  installationGauges(third, api.db.pool);
  expect(await doubts(third)).toMatch(/^aller_retour_messages_in_doubt 0$/m);
});

test('states that nothing is in say 0, and names of before stand beside the new ones', async () => {
  await using api = await startApi();
  const registry = new Registry();
  installationGauges(registry, api.db.pool);
  const shown = await (await serveMetrics(registry, api.services.log)(new Request('http://localhost/metrics'))).text();
  expect(shown).toContain('aller_retour_callback_endpoints{health="open"} 0');
  expect(shown).toContain('\ncallback_endpoints{health="open"} 0');
  expect(shown).toContain('aller_retour_alarms{kind="carrier-down"} 0');
  expect(shown).not.toContain('\ncallbacks_waiting');
});

test('a ledger that does not add up is counted with its check’s time, and logged by promise', async () => {
  await using api = await startApi();
  const registry = new Registry();
  installationGauges(registry, api.db.pool);
  const shown = () => registry.getSingleMetricAsString('aller_retour_ledger_broken_rows');
  const { checkLedger } = createCheckLedger({ pool: api.db.pool, log: api.services.log });
  await checkLedger();
  expect(await shown()).toMatch(/_rows 0$/m);
  // An event that says it owes nothing, and a delivery of it.
  await aDelivery(api.db, { accountId: (await anAccount(api)).id, replyId: null });
  await checkLedger();
  expect(await shown()).toMatch(/_rows 2$/m);
  expect(api.lines.join('')).toContain('"events owed otherwise":1');
});
