import { z } from '@hono/zod-openapi';
import { Account } from '../../database/account.ts';
import { oweNotice } from '../../database/mail/notice.ts';
import { transaction } from '../../database/sql.ts';
import { addTwoWayStep, lockTwoWay } from '../../database/accounts/two-way.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { AccountView, accountView } from './account.ts';
import { actorOf } from '../http/auth.ts';
import { conflict, existing } from '../http/problem.ts';
import { accepted, forAccounts, routesOf } from '../http/route.ts';
import { body } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const TwoWayRequest = z
  .strictObject({
    reason: z.string().trim().min(1).max(1000),
    expectedVolume: z.number().int().min(1).max(1_000_000_000).openapi({ description: 'Replies a month' }),
  })
  .openapi('TwoWayRequest');

const route = routesOf('Account');
const request = route('post', '/two-way/request', 'requestTwoWay', {
  summary: 'Ask for two-way SMS; an operator decides, and the account is told by mail and by event',
  request: { body: body(TwoWayRequest) },
  responses: accepted('Asked', AccountView, conflict),
});

export const twoWay = ({ db, runs }: ApiServices) =>
  forAccounts().openapi(request, async (c) => {
    const { id } = c.get('account');
    const { reason, expectedVolume } = c.req.valid('json');
    await transaction(db.pool, async (client) => {
      const found = existing(await lockTwoWay(client, id));
      if (found.twoWay === 'on') throw new AppError('conflict', said('two-way-on'));
      if (found.twoWay === 'requested') throw new AppError('conflict', said('two-way-asked'));
      const by = actorOf(c.get('keyId'));
      await addTwoWayStep(client, id, { state: 'requested', at: new Date().toISOString(), by, reason, expectedVolume });
      await oweNotice(client, {
        to: 'operators',
        kind: 'two-way-requested',
        data: { accountId: id, accountName: found.name },
      });
    });
    runs.retryEmails();
    const account = existing(await db.em().findOne(Account, { id }));
    return c.json(accountView(account), 202);
  });
