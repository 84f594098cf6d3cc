import { defineEntity, p } from '@mikro-orm/core';
import { Account } from '../account.ts';
import { Carrier } from '../carriers/carrier.ts';

export type CampaignState = 'draft' | 'importing' | 'ready' | 'launched' | 'paused' | 'completed' | 'cancelled';
export type Purpose = 'marketing' | 'transactional';

const CampaignSchema = defineEntity({
  name: 'Campaign',
  tableName: 'campaigns',
  indexes: [{ properties: ['account', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    account: () => p.manyToOne(Account).mapToPk(),
    carrier: () => p.manyToOne(Carrier).mapToPk(),
    /** Where its messages go by several, all of them; null: by `carrier` alone. */
    carrierIds: p.array().columnType('uuid[]').nullable(),
    name: p.text(),
    /** The customer's own name for it, echoed in callbacks. */
    requestId: p.text().nullable(),
    /** The request that began it, as its answer named it. */
    httpRequestId: p.text().nullable(),
    route: p.text().$type<'premium' | 'lowcost'>(),
    purpose: p.text().$type<Purpose>(),
    text: p.text(),
    /** As the customer wrote it. */
    sender: p.text().nullable(),
    /** The sender on the wire; null where each message has its own (SIMs, a pool of short codes). */
    wireSender: p.text().nullable(),
    withReplies: p.boolean(),
    /** Whether recipients who could not reply get it all the same. */
    allowUnreachable: p.boolean().default(false),
    simulation: p.boolean(),
    /** Whether a message that may have gone out is sent again, once: it may then arrive twice. Only for transactional ones. */
    resendInDoubt: p.boolean().default(false),
    /** A word of the campaign's own that replies begin with: it tells two accounts' replies apart. Folded. */
    keyword: p.text().nullable(),
    /** Where its replies are posted, besides the account's endpoints: as it was given, and the endpoint that it became. */
    callbackUrl: p.text().nullable(),
    callbackEndpointId: p.uuid().nullable(),
    state: p.text().$type<CampaignState>(),
    total: p.integer(),
    segments: p.integer(),
    /** The price of its messages together, in millionths; null where none was set. */
    costMicros: p.bigint('number').nullable(),
    /** Whether characters that cost more are written plainly. */
    optimise: p.boolean().default(false),
    sendAt: p.datetime(3).nullable(),
    /** Nothing goes after it, and the operator stops trying. */
    expiresAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    launchedAt: p.datetime(3).nullable(),
    endedAt: p.datetime(3).nullable(),
    /** A campaign that waits for its time, in whose place this one goes: it is cancelled when this one is launched. */
    replacesId: p.uuid().nullable(),
    /** When its messages and replies were deleted for their age: what it came to is in its figures. */
    rowsGoneAt: p.datetime(3).nullable(),
    /** When Temporal accepted the run; null makes it the sweep's. */
    handedAt: p.datetime(3).nullable(),
    /** Counts by message state, frozen when the campaign ended. */
    totals: p.json<Record<string, number>>().nullable(),
  },
});
export class Campaign extends CampaignSchema.class {}
CampaignSchema.setClass(Campaign);
