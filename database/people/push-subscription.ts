import { createECDH } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import { openInstallationKey } from '../installation-key.ts';
import type { Secrets } from '../secrets.ts';
import type { Sql } from '../sql.ts';
import { User } from './user.ts';

/** Which replies a device is told of: in a person's own conversations, in nobody's too, or in all that they may see. */
export const PUSH_CHOICES = ['mine', 'unassigned', 'all'] as const;

const PushSubscriptionSchema = defineEntity({
  name: 'PushSubscription',
  tableName: 'push_subscriptions',
  indexes: [{ properties: ['user'] }],
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade'),
    /** SHA-256 of the address at the push service: a browser that subscribes again keeps its row. */
    endpointHash: p.blob().unique(),
    /** The sealed address and keys: whoever has them can write to the device. */
    sealed: p.blob(),
    device: p.text(),
    choice: p.text().$type<(typeof PUSH_CHOICES)[number]>(),
    /** Whether nights are left alone, by the account's clock. */
    quiet: p.boolean(),
    createdAt: p.datetime(3),
    pushedAt: p.datetime(3).nullable(),
  },
});
export class PushSubscription extends PushSubscriptionSchema.class {}
PushSubscriptionSchema.setClass(PushSubscription);

/** By which push services know this installation (RFC 8292), in base64url. */
export type PushKeys = { publicKey: string; privateKey: string };

export async function openPushKeys(sql: Sql, secrets: Secrets): Promise<PushKeys> {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(await openInstallationKey(sql, secrets, 'web-push'));
  return { publicKey: pair.getPublicKey('base64url'), privateKey: pair.getPrivateKey('base64url') };
}
