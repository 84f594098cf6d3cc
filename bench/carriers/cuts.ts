import { runCuts } from '../../test/fixtures/cuts/run-cuts.ts';
import { startScratch } from '../stage/scratch.ts';

await using postgres = await startScratch();
console.log(await runCuts({ databaseUrl: postgres.url, cuts: 200, kills: 20, stallSeconds: 30, say: console.error }));
