import { defineEntity, p } from '@mikro-orm/core';
import { Account } from './account.ts';

const CallbackEndpointSchema = defineEntity({
  name: 'CallbackEndpoint',
  tableName: 'callback_endpoints',
  indexes: [{ properties: ['account'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    url: p.text(),
    description: p.text(),
    /** The event types it chose. */
    types: p.array(),
    /** The live signing secrets as a JSON list, newest first, sealed with SECRETS_KEY. */
    secrets: p.blob(),
    timeoutMs: p.integer(),
    /** A 410 ends it: what is owed is held. */
    goneAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    deletedAt: p.datetime(3).nullable(),
  },
});
export class CallbackEndpoint extends CallbackEndpointSchema.class {}
CallbackEndpointSchema.setClass(CallbackEndpoint);
