import { defineCarrier } from '../carrier.ts';
import { openSession } from './session.ts';
import { smppSettings } from './settings.ts';

/** An operator or aggregator over SMPP 3.4. One session is one slot, of `maxBinds`. */
export const smpp = defineCarrier({
  name: 'smpp',
  settings: smppSettings,
  capabilities: { route: 'premium', replies: 'push', receipts: 'push', maxBatch: 2000, dedupe: 'none', cursor: 'none' },
  open: openSession,
});
