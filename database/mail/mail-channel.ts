import { defineEntity, p } from '@mikro-orm/core';

/** The relay. No mail is claimed while it is paused. */
const MailChannelSchema = defineEntity({
  name: 'MailChannel',
  tableName: 'mail_channels',
  properties: {
    name: p.text().primary(),
    /** When the relay began to refuse us. */
    pausedAt: p.datetime(3).nullable(),
    response: p.text().nullable(),
    checkAt: p.datetime(3).nullable(),
  },
});
export class MailChannel extends MailChannelSchema.class {}
MailChannelSchema.setClass(MailChannel);
