import { parseArgs } from 'node:util';
import { encodePdu } from '../../carriers/smpp/codec/encode.ts';
import { createFramer } from '../../carriers/smpp/codec/framer.ts';
import { anyPdu, dice } from '../../test/fixtures/any-pdu.ts';

export type FuzzReport = { frames: number; pdus: number; unreadable: number; faults: number; slowestMs: number; grownMb: number };

/** Feeds so many mutated PDUs to the framer, in chunks cut anywhere. Anything thrown is a crash. */
export function fuzz(frames: number, seed = 3): FuzzReport {
  const roll = dice(seed);
  const report: FuzzReport = { frames: 0, pdus: 0, unreadable: 0, faults: 0, slowestMs: 0, grownMb: 0 };
  const heap = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed / 1e6;
  };
  let before = 0;
  let framer = createFramer();
  while (report.frames < frames) {
    // The first tenth warms up.
    if (before === 0 && report.frames >= frames / 10) before = heap();
    const octets = encodePdu(anyPdu(roll));
    for (let i = 0; i <= roll(4); i++) octets[roll(roll(2) ? octets.length : 20)] = roll(256);
    const cut = roll(octets.length + 1);
    const startedAt = performance.now();
    for (const chunk of [octets.subarray(0, cut), octets.subarray(cut)]) {
      const { pdus, fault } = framer.feed(chunk);
      report.pdus += pdus.length;
      report.unreadable += pdus.filter(({ command }) => command === 'unreadable').length;
      if (fault === null) continue;
      report.faults++;
      framer = createFramer();
    }
    report.slowestMs = Math.max(report.slowestMs, performance.now() - startedAt);
    report.frames++;
    // A length that promises more swallows what follows: a connection ends some day.
    if (report.frames % 5 === 0) framer = createFramer();
  }
  return { ...report, grownMb: heap() - before };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { frames: { type: 'string', default: '1000000' } } });
  const startedAt = performance.now();
  const report = fuzz(Number(values.frames));
  console.log({ ...report, seconds: Math.round((performance.now() - startedAt) / 1000) });
}
