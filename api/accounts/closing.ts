import { z } from '@hono/zod-openapi';
import type { PoolClient } from 'pg';
import { Account } from '../../database/account.ts';
import { closeAccount, reopenAccount } from '../../database/accounts/close-account.ts';
import { transaction } from '../../database/sql.ts';
import { AppError, invalidRequest } from '../../domain/problems/errors.ts';
import { fault, said } from '../../domain/problems/said.ts';
import { conflict, existing, notFound } from '../http/problem.ts';
import { forAccounts, forAnyone, ok, routesOf } from '../http/route.ts';
import { body, IdParam } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';
import { AccountView, accountView } from './account.ts';

const Closing = z
  .strictObject({ name: z.string().max(200).openapi({ description: 'The name of the account, typed again' }) })
  .openapi('AccountClosing');

const route = routesOf('Account');
const close = route('post', '/account/close', 'closeAccount', {
  summary: 'Close the account, by an owner who is signed in and gave the password a moment ago',
  description:
    'From then on keys open nothing, nothing is sent and nothing can be changed; replies are still filed, and people may read. ' +
    'When `closing.eraseAt` has come the account is erased; until then an owner takes the closing back.',
  request: { body: body(Closing) },
  responses: ok('Closed', AccountView, conflict),
});
const reopen = route('post', '/account/reopen', 'reopenAccount', {
  summary: 'Take the closing of the account back, by an owner who is signed in',
  responses: ok('Open again', AccountView, conflict),
});

const operatorRoute = routesOf('Operator: accounts');
const operatorClose = operatorRoute('post', '/accounts/{id}/close', 'closeAccountAsOperator', {
  summary: 'Close an account, as its owner may: after the grace it is erased. Its people are told',
  request: { params: IdParam, body: body(Closing) },
  responses: ok('Closed', AccountView, { ...notFound, ...conflict }),
});
const operatorReopen = operatorRoute('post', '/accounts/{id}/reopen', 'reopenAccountAsOperator', {
  summary: 'Take the closing of an account back, as long as it is not erased. Its people are told',
  request: { params: IdParam },
  responses: ok('Open again', AccountView, { ...notFound, ...conflict }),
});

function closings({ db, runs, accountGraceDays }: ApiServices) {
  async function change(id: string, name: string | null, work: (client: PoolClient) => Promise<boolean>) {
    const found = existing(await db.em().findOne(Account, { id }));
    if (name !== null && name.trim() !== found.name.trim()) throw invalidRequest(fault('name', 'account-name'));
    await transaction(db.pool, async (client) => {
      if (!(await work(client))) throw new AppError('conflict', said(name === null ? 'not-closing' : 'closed-already'));
    });
    runs.retryEmails();
    return accountView(await db.em().findOneOrFail(Account, { id }));
  }
  return {
    close: (id: string, name: string) => change(id, name, (client) => closeAccount(client, id, accountGraceDays)),
    reopen: (id: string) => change(id, null, (client) => reopenAccount(client, id)),
  };
}

/** A closing needs a person who answers for it, not a key. */
function ownerOf(keyId: string): void {
  if (!keyId.startsWith('user ')) throw new AppError('conflict', said('owner-signed-in'));
}

export const closing = (services: ApiServices) =>
  forAccounts()
    .openapi(close, async (c) => {
      ownerOf(c.get('keyId'));
      return c.json(await closings(services).close(c.get('account').id, c.req.valid('json').name), 200);
    })
    .openapi(reopen, async (c) => {
      ownerOf(c.get('keyId'));
      return c.json(await closings(services).reopen(c.get('account').id), 200);
    });

export const operatorClosing = (services: ApiServices) =>
  forAnyone()
    .openapi(operatorClose, async (c) =>
      c.json(await closings(services).close(c.req.valid('param').id, c.req.valid('json').name), 200),
    )
    .openapi(operatorReopen, async (c) => c.json(await closings(services).reopen(c.req.valid('param').id), 200));
