import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { changeHealth } from '../database/endpoint-health.ts';
import { affected, transaction } from '../database/sql.ts';
import type { Happened, HealthState } from '../domain/endpoint-health.ts';
import { AppError } from '../domain/errors.ts';
import { EndpointView, endpointView } from './callback-endpoints.ts';
import { missing } from './campaigns.ts';
import { findEndpoint } from './find-endpoint.ts';
import { invalid } from './invalid.ts';
import { conflict, notFound, problems } from './problem.ts';
import { body, IdParam, json, TimeIn } from './schemas.ts';
import type { AccountEnv, ApiServices } from './services.ts';

const Enabling = z
  .strictObject({
    resume: z.enum(['all', 'since', 'none']).openapi({
      description: 'What to send of what was held: all, what came since a time, or none. The rest is aborted, and stays listed',
    }),
    since: TimeIn.optional().openapi({ description: 'With `resume: since`' }),
  })
  .openapi('EndpointEnabling');

const tags = ['Callback endpoints'];
const responses = {
  200: { description: 'The endpoint', content: json(EndpointView) },
  ...problems,
  ...notFound,
  ...conflict,
} as const;

const pause = createRoute({
  method: 'post',
  path: '/callback-endpoints/{id}/pause',
  operationId: 'pauseCallbackEndpoint',
  tags,
  summary: 'Stop posting for now; what comes is held',
  request: { params: IdParam },
  responses,
});
const resume = createRoute({
  method: 'post',
  path: '/callback-endpoints/{id}/resume',
  operationId: 'resumeCallbackEndpoint',
  tags,
  summary: 'Go on after a pause; what was held is sent, oldest first, slowly at the start',
  request: { params: IdParam },
  responses,
});
const enable = createRoute({
  method: 'post',
  path: '/callback-endpoints/{id}/enable',
  operationId: 'enableCallbackEndpoint',
  tags,
  summary: 'Take up an endpoint again that was disabled, is gone, or fails: it is tried at once',
  request: { params: IdParam, body: body(Enabling) },
  responses,
});

const HINTS: Record<HealthState, string> = {
  healthy: 'It is in use already.',
  open: 'It is tried by itself; POST …/enable tries it at once.',
  recovering: 'It is in use already.',
  paused: 'POST …/resume goes on.',
  disabled: 'POST …/enable takes it up again.',
  gone: 'POST …/enable takes it up again, or PATCH a new url.',
};

/** What an owner does to an endpoint: stop it, go on, take it up again. */
export const endpointStates = ({ db, runs }: ApiServices) => {
  /** In one transaction: the endpoint's state, and what becomes of the deliveries given up. */
  async function change(id: string, account: string, happened: Happened, may: HealthState[], giveUpBefore?: Date): Promise<void> {
    const { endpoint } = await findEndpoint(db, id, account);
    await transaction(db.pool, async (client) => {
      const changed = await changeHealth(client, endpoint.id, happened);
      if (!changed) throw missing();
      const { state } = changed.before;
      if (!may.includes(state)) throw new AppError('conflict', `The endpoint is ${state}. ${HINTS[state]}`);
      if (giveUpBefore === undefined) return;
      await affected(
        client,
        `update deliveries set state = case when delivered_at is null then 'aborted' else 'delivered' end, held_reason = null, next_at = null, finished_at = now()
         where endpoint_id = $1 and account_id = $2 and channel = 'callback' and state in ('pending', 'retrying', 'held') and created_at < $3`,
        [endpoint.id, account, giveUpBefore],
      );
    });
    runs.recoverEndpoint(id);
  }
  const view = async (id: string, account: string) => endpointView((await findEndpoint(db, id, account)).endpoint);

  return new OpenAPIHono<AccountEnv>({ defaultHook: invalid })
    .openapi(pause, async (c) => {
      const [{ id }, account] = [c.req.valid('param'), c.get('account').id];
      await change(id, account, { kind: 'paused' }, ['healthy', 'open', 'recovering', 'paused']);
      return c.json(await view(id, account), 200);
    })
    .openapi(resume, async (c) => {
      const [{ id }, account] = [c.req.valid('param'), c.get('account').id];
      await change(id, account, { kind: 'resumed' }, ['paused']);
      return c.json(await view(id, account), 200);
    })
    .openapi(enable, async (c) => {
      const [{ id }, account] = [c.req.valid('param'), c.get('account').id];
      await change(id, account, { kind: 'enabled' }, ['open', 'disabled', 'gone'], giveUpBefore(c.req.valid('json')));
      return c.json(await view(id, account), 200);
    });
};

function giveUpBefore({ resume, since }: z.infer<typeof Enabling>): Date | undefined {
  switch (resume) {
    case 'all':
      return undefined;
    case 'none':
      return new Date(Date.now() + 86_400_000);
    case 'since':
      if (since !== undefined) return new Date(since);
      throw new AppError('invalid-request', 'Say since when.', [
        { field: 'since', problem: 'is missing', remedy: 'Send a time, or resume: all or none' },
      ]);
    default:
      return resume satisfies never;
  }
}
