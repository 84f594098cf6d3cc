import { defineEntity, p } from '@mikro-orm/core';

/** The way to the relay. While it is paused no mail is claimed. */
const MailChannelSchema = defineEntity({
  name: 'MailChannel',
  tableName: 'mail_channels',
  properties: {
    name: p.text().primary(),
    /** Since when the relay refuses us; null while it takes us. */
    pausedAt: p.datetime(3).nullable(),
    response: p.text().nullable(),
    /** When it is asked again whether it takes us. */
    checkAt: p.datetime(3).nullable(),
  },
});
export class MailChannel extends MailChannelSchema.class {}
MailChannelSchema.setClass(MailChannel);
