import { defineEntity, p } from '@mikro-orm/core';
import type { DaysOff, Opening } from '../../domain/replies/opening-hours.ts';
import { Account } from '../account.ts';

/** An account's automatic answer while nobody is there. */
const OutOfHoursSchema = defineEntity({
  name: 'OutOfHours',
  tableName: 'out_of_hours',
  properties: {
    account: () => p.manyToOne(Account).mapToPk().primary(),
    enabled: p.boolean(),
    text: p.text(),
    /** When somebody is there, by the account's clock. */
    hours: p.json<Opening[]>(),
    /** Whether nobody is there on the public holidays of the account's country. */
    holidays: p.boolean().default(false),
    closed: p.json<DaysOff[]>().default('[]'),
  },
});
export class OutOfHours extends OutOfHoursSchema.class {}
OutOfHoursSchema.setClass(OutOfHours);
