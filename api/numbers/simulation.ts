import { z } from '@hono/zod-openapi';
import { rows } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { conflict } from '../http/problem.ts';
import { forAccounts, done, ok, routesOf } from '../http/route.ts';
import { body } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

/** Reserved for fiction. */
const PHONES = ['+33639980001', '+33639980002', '+33639980003'] as const;

const View = z
  .object({
    phones: z.array(z.enum(PHONES)).openapi({ description: 'Simulated phones to try it with; none where messages are real' }),
  })
  .openapi('Simulation');
const Answer = z.strictObject({ phone: z.enum(PHONES), text: z.string().min(1).max(1000) }).openapi('SimulatedReply');

const route = routesOf('Account');
const get = route('get', '/simulation', 'getSimulation', {
  summary: 'Whether this installation has simulated phones, and their numbers',
  responses: ok('The phones', View),
});
const reply = route('post', '/simulation/replies', 'replyFromSimulatedPhone', {
  summary: 'Press reply on a simulated phone, to the last message it got',
  request: { body: body(Answer) },
  responses: done('On its way, as any reply', conflict),
});

export const simulation = ({ db, simulatedPhones = null }: ApiServices) =>
  forAccounts()
    .openapi(get, (c) => c.json({ phones: simulatedPhones === null ? [] : [...PHONES] }, 200))
    .openapi(reply, async (c) => {
      const { phone, text } = c.req.valid('json');
      if (simulatedPhones === null) throw new AppError('conflict', said('no-simulated-phones'));
      const [written] = await rows<{ account_id: string }>(
        db.pool,
        `select account_id from messages where to_number = $1 and submitted_at is not null order by submitted_at desc limit 1`,
        [phone],
      );
      const own = written?.account_id === c.get('account').id;
      const url = `${simulatedPhones}/phones/${encodeURIComponent(phone)}/reply`;
      const answer = own
        ? await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) })
        : null;
      if (answer?.status !== 201) throw new AppError('conflict', said('nothing-to-reply-to'));
      return c.body(null, 204);
    });
