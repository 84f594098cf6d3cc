import { defineCarrier } from '../carrier.ts';
import { openSession } from './session.ts';
import { smsgateSettings } from './settings.ts';
import { parseWebhook } from './webhook.ts';

/** An Android phone with the app SMSGate. It keeps our message ids, so repeating a call sends nothing twice. */
export const smsgate = defineCarrier({
  name: 'smsgate',
  settings: smsgateSettings,
  capabilities: { route: 'lowcost', replies: 'both', receipts: 'push', maxBatch: 1, dedupe: 'client-id', cursor: 'time' },
  open: openSession,
  sims: ({ simSmsPerMinute, simSmsPerDay, simTimeZone }) => ({
    smsPerMinute: simSmsPerMinute,
    smsPerDay: simSmsPerDay,
    timeZone: simTimeZone,
  }),
  parseWebhook,
});
