import { z } from 'zod';
import { round } from '../bench.ts';
import { ask } from './callbacks.ts';

/** Median and 99th percentile of each step from reply to callback, for replies that begin with `prefix`. */
export async function phasesOf(databaseUrl: string, prefix: string): Promise<string> {
  const steps = {
    filed: 'r.filed_at - r.ingested_at',
    claimed: 'a.started_at - r.filed_at',
    answered: 'a.ended_at - a.started_at',
  };
  const shares = Object.entries(steps).map(
    ([name, span]) =>
      `percentile_disc(array[0.5, 0.99]) within group (order by extract(epoch from ${span})::float8 * 1000) as ${name}`,
  );
  const Span = z.array(z.number()).nullable();
  const [found] = await ask(
    databaseUrl,
    `select ${shares.join(', ')} from replies r join events e on e.reply_id = r.id and e.type = 'reply.received'
     join deliveries d on d.event_id = e.id join delivery_attempts a on a.delivery_id = d.id and a.number = 1 where r.text like $1`,
    { filed: Span, claimed: Span, answered: Span },
    [`${prefix}%`],
  );
  return Object.entries(found ?? {})
    .map(([name, span]) => `${name} ${(span ?? []).map(round).join('/')} ms`)
    .join(', ');
}
