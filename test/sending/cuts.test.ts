import { expect, test } from 'vitest';
import { BINDS, runCuts } from '../fixtures/cuts/run-cuts.ts';
import { scratchDatabase } from '../fixtures/database.ts';

test('cuts, a kill and a stop under load: each message once or in doubt, never a bind too many', async () => {
  await using database = await scratchDatabase();
  const report = await runCuts({ databaseUrl: database.url, cuts: 10, kills: 1, stallSeconds: 15 });
  expect(report).toMatchObject({ twice: 0, lost: 0, stuck: 0, mostBound: BINDS, refusedWithoutStall: 0 });
  expect(report.mostInDoubtAtOnce).toBeLessThanOrEqual(report.mostInDoubtAllowed);
  expect(report.messages).toBeGreaterThan(1000);
}, 180_000);
