import { defineCarrier } from '../carrier.ts';
import { judge } from './answer.ts';
import { callOf, openSession } from './session.ts';
import { httpSettings } from './settings.ts';
import { createToken } from './token.ts';
import { parseWebhook } from './webhook.ts';

/** Any carrier with an HTTP API of one call per message, and webhooks, described by settings. */
export const http = defineCarrier({
  name: 'http',
  settings: httpSettings,
  capabilities: { route: 'premium', replies: 'push', receipts: 'push', maxBatch: 500, dedupe: 'none', cursor: 'none' },
  open(settings, deps) {
    const token = createToken(settings);
    const { ask: _, ...session } = openSession(
      settings,
      {
        type: 'http',
        async callOf(message) {
          const got = await token.get();
          return typeof got === 'object' ? got : callOf(message, settings, got);
        },
        judge: (called) => judge(called, settings.answer),
        refused: token.forget,
      },
      deps,
    );
    return session;
  },
  parseWebhook,
});
