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
    /** All carriers of its messages; null: `carrier` alone. */
    carrierIds: p.array().columnType('uuid[]').nullable(),
    name: p.text(),
    /** The customer's name for it, echoed in callbacks. */
    requestId: p.text().nullable(),
    /** The request that created it. */
    httpRequestId: p.text().nullable(),
    route: p.text().$type<'premium' | 'lowcost'>(),
    purpose: p.text().$type<Purpose>(),
    text: p.text(),
    /** As the customer wrote it. */
    sender: p.text().nullable(),
    /** Null if messages have their own (SIMs, short code pools). */
    wireSender: p.text().nullable(),
    withReplies: p.boolean(),
    /** Also send to recipients who can't reply. */
    allowUnreachable: p.boolean().default(false),
    simulation: p.boolean(),
    /** Send messages in doubt again, once; they may arrive twice. Transactional only. */
    resendInDoubt: p.boolean().default(false),
    /** Word that replies begin with, folded: separates accounts on a shared code. */
    keyword: p.text().nullable(),
    /** Its own callback address, and the endpoint of it. */
    callbackUrl: p.text().nullable(),
    callbackEndpointId: p.uuid().nullable(),
    state: p.text().$type<CampaignState>(),
    total: p.integer(),
    segments: p.integer(),
    /** Total price in millionths; null if none is set. */
    costMicros: p.bigint('number').nullable(),
    /** Replace characters that make the SMS longer. */
    optimise: p.boolean().default(false),
    sendAt: p.datetime(3).nullable(),
    /** Nothing is sent after it, and the carrier stops trying. */
    expiresAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    launchedAt: p.datetime(3).nullable(),
    endedAt: p.datetime(3).nullable(),
    /** The scheduled campaign that this one's launch cancels. */
    replacesId: p.uuid().nullable(),
    /** When its messages and replies were deleted by retention. */
    rowsGoneAt: p.datetime(3).nullable(),
    /** When Temporal accepted the run; until then the sweep starts it. */
    handedAt: p.datetime(3).nullable(),
    /** Final counts by state. */
    totals: p.json<Record<string, number>>().nullable(),
  },
});
export class Campaign extends CampaignSchema.class {}
CampaignSchema.setClass(Campaign);
