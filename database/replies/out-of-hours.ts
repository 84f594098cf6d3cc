import { defineEntity, p } from '@mikro-orm/core';
import type { DaysOff, Opening } from '../../domain/replies/opening-hours.ts';
import { Account } from '../account.ts';

const OutOfHoursSchema = defineEntity({
  name: 'OutOfHours',
  tableName: 'out_of_hours',
  properties: {
    account: () => p.manyToOne(Account).mapToPk().primary(),
    enabled: p.boolean(),
    text: p.text(),
    /** In the account's time zone. */
    hours: p.json<Opening[]>(),
    /** Closed on the country's public holidays. */
    holidays: p.boolean().default(false),
    closed: p.json<DaysOff[]>().default('[]'),
  },
});
export class OutOfHours extends OutOfHoursSchema.class {}
OutOfHoursSchema.setClass(OutOfHours);
