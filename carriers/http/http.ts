import { defineCarrier } from '../carrier.ts';
import { judge } from './answer.ts';
import { callOf, openSession } from './session.ts';
import { httpSettings } from './settings.ts';
import { parseWebhook } from './webhook.ts';

/** Any carrier with an HTTP API of one call a message and webhooks, described by its settings. */
export const http = defineCarrier({
  name: 'http',
  settings: httpSettings,
  capabilities: { route: 'premium', replies: 'push', receipts: 'push', maxBatch: 500, dedupe: 'none', cursor: 'none' },
  open: (settings, deps) =>
    openSession(
      settings,
      { type: 'http', callOf: (message) => callOf(message, settings), judge: (called) => judge(called, settings.answer) },
      deps,
    ),
  parseWebhook,
});
