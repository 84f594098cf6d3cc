import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { bundleWorkflows } from '../../temporal/worker.ts';
import { installRuntime } from '../../temporal/runtime.ts';
import * as workflows from '../../workflows/index.ts';

const FOLDER = fileURLToPath(new URL('../histories/', import.meta.url));
// The product's own: tests that share this process need it too.
installRuntime(pino({ level: 'error' }));
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

const bundles = {
  'as they are': async () => ({ code: readFileSync(inject('bundlePath'), 'utf8') }),
  'with what traces need': () => bundleWorkflows(true),
};

test.each(['as they are', 'with what traces need'] as const)(
  'every recorded run replays with the workflows of today, %s',
  async (how) => {
    const histories = files.map((file) => ({
      workflowId: file.replace('.json', ''),
      history: historyFromJSON(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))),
    }));
    const failed: string[] = [];
    let replayed = 0;
    const workflowBundle = await bundles[how]();
    for await (const result of Worker.runReplayHistories({ workflowBundle }, histories)) {
      replayed++;
      if (result.error) failed.push(`${result.workflowId}: ${result.error.message}`);
    }
    expect(failed).toEqual([]);
    expect(replayed).toBe(files.length);
  },
);

test('there is a recorded run of every workflow, and none names a machine, a number or a text', () => {
  const recorded = new Set(files.map((file) => file.split('-').at(-2)));
  expect(Object.keys(workflows).filter((workflow) => !recorded.has(workflow))).toEqual([]);
  const indiscreet = files.filter((file) =>
    /\+33|Bonjour|whsec_|"identity": ?"[^"]/.test(readFileSync(join(FOLDER, file), 'utf8')),
  );
  expect(indiscreet).toEqual([]);
});
