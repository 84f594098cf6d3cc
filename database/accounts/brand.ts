import { defineEntity, p } from '@mikro-orm/core';
import type { PoolClient } from 'pg';
import { Account } from '../account.ts';
import { emitEvents } from '../callbacks/emit-events.ts';
import { oweNotice } from '../mail/notice.ts';
import { rows } from '../sql.ts';

export type BrandState = 'requested' | 'confirmed' | 'refused';

/** A sender ID an account claims; an operator confirms or refuses it. */
const BrandSchema = defineEntity({
  name: 'Brand',
  tableName: 'brands',
  uniques: [{ properties: ['account', 'folded'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk().deleteRule('cascade'),
    /** As first written. */
    sender: p.text(),
    /** Lower case, for comparison. */
    folded: p.text(),
    state: p.text().$type<BrandState>().default('requested'),
    /** The operator's reason. */
    reason: p.text().nullable(),
    createdAt: p.datetime(3),
    decidedAt: p.datetime(3).nullable(),
  },
});
export class Brand extends BrandSchema.class {}
BrandSchema.setClass(Brand);

type Decision = { state: 'confirmed' | 'refused'; reason: string };
type Decided = { accountId: string; sender: string };

/** Stores an operator's decision; if it changes, owes the account a mail and an event. Undefined if no such brand. */
export async function decideBrand(client: PoolClient, id: string, { state, reason }: Decision): Promise<Decided | undefined> {
  const [before] = await rows<Decided & { state: BrandState }>(
    client,
    `with old as (select id, state from brands where id = $1 for update)
     update brands b set state = $2, reason = $3, decided_at = now() from old where b.id = old.id
     returning b.account_id as "accountId", b.sender, old.state`,
    [id, state, reason],
  );
  if (!before || before.state === state) return before;
  const { accountId, sender } = before;
  await oweNotice(client, { to: { accountId }, kind: `brand-${state}`, data: { sender, reason } });
  await emitEvents(client, [{ accountId, type: `brand.${state}`, data: { brand: { id, sender, state, reason } } }], null);
  return before;
}
