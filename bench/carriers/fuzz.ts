import { parseArgs } from 'node:util';
import { fuzz } from '../../test/fixtures/any-pdu.ts';

const { values } = parseArgs({ options: { frames: { type: 'string', default: '1000000' } } });
const startedAt = performance.now();
const report = fuzz(Number(values.frames));
console.log({ ...report, seconds: Math.round((performance.now() - startedAt) / 1000) });
