import { createECDH } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import { openInstallationKey } from '../installation-key.ts';
import type { Secrets } from '../secrets.ts';
import type { Sql } from '../sql.ts';
import { User } from './user.ts';

/** Notify for own conversations, unassigned ones too, or all visible. */
export const PUSH_CHOICES = ['mine', 'unassigned', 'all'] as const;

const PushSubscriptionSchema = defineEntity({
  name: 'PushSubscription',
  tableName: 'push_subscriptions',
  indexes: [{ properties: ['user'] }],
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade'),
    /** SHA-256 of the push address: a browser that resubscribes keeps its row. */
    endpointHash: p.blob().unique(),
    /** Sealed address and keys, which allow sending to the device. */
    sealed: p.blob(),
    device: p.text(),
    choice: p.text().$type<(typeof PUSH_CHOICES)[number]>(),
    /** Quiet at night, by the account's time zone. */
    quiet: p.boolean(),
    createdAt: p.datetime(3),
    pushedAt: p.datetime(3).nullable(),
  },
});
export class PushSubscription extends PushSubscriptionSchema.class {}
PushSubscriptionSchema.setClass(PushSubscription);

/** VAPID keys (RFC 8292), base64url. */
export type PushKeys = { publicKey: string; privateKey: string };

export async function openPushKeys(sql: Sql, secrets: Secrets): Promise<PushKeys> {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(await openInstallationKey(sql, secrets, 'web-push'));
  return { publicKey: pair.getPublicKey('base64url'), privateKey: pair.getPrivateKey('base64url') };
}
