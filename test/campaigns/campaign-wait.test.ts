import { expect, test } from 'vitest';
import { campaignEta, campaignWait, type CampaignFacts } from '../../domain/campaigns/campaign-wait.ts';

const now = new Date('2026-11-30T21:45:00Z');
const later = new Date('2026-12-01T07:00:00Z');
const sending: CampaignFacts = {
  now,
  state: 'launched',
  sendAt: null,
  queued: 10,
  due: 10,
  nextDueAt: null,
  nextReason: null,
  spendHeldUntil: null,
  restored: false,
  carriers: ['up'],
};
const waiting = { due: 0, nextDueAt: later };

test.each<[string, Partial<CampaignFacts>, ReturnType<typeof campaignWait>]>([
  ['is being sent', {}, null],
  ['has ended', { state: 'completed' }, null],
  ['is out but for receipts', { queued: 0, due: 0, carriers: ['down'] }, null],
  ['was paused', { state: 'paused', carriers: ['down'] }, { reason: 'paused', until: null }],
  ['has its time to come', { sendAt: later, carriers: ['down'] }, { reason: 'scheduled', until: later }],
  ['had its time', { sendAt: new Date(0) }, null],
  ['is of a restored database', { restored: true }, { reason: 'restored', until: null }],
  ['is at its limit', { spendHeldUntil: later }, { reason: 'spend-limit', until: later }],
  ['has only lines that are down', { carriers: ['down', 'down'] }, { reason: 'carrier-down', until: null }],
  ['has one line left', { carriers: ['down', 'up'] }, null],
  ['has its carrier paused', { carriers: ['paused'] }, { reason: 'carrier-paused', until: null }],
  ['has some that may go', { due: 1, nextDueAt: later, nextReason: 'quiet-hours' }, null],
  ['waits for the morning', { ...waiting, nextReason: 'quiet-hours' }, { reason: 'quiet-hours', until: later }],
  ['waits for its SIMs', { ...waiting, nextReason: 'sim-daily-cap' }, { reason: 'pace', until: later }],
  ['was put off by its carrier', { ...waiting, nextReason: 'throttled' }, { reason: 'carrier-busy', until: later }],
])('a campaign that %s says so', (_, facts, wait) => {
  expect(campaignWait({ ...sending, ...facts })).toEqual(wait);
});

test('when it will be through follows from what is left, how fast it goes and what it waits for', () => {
  expect(campaignEta(sending, null, 2)).toEqual(new Date(now.getTime() + 5000));
  expect(campaignEta(sending, { reason: 'quiet-hours', until: later }, 2)).toEqual(new Date(later.getTime() + 5000));
  expect(campaignEta(sending, { reason: 'carrier-down', until: null }, 2)).toBeNull();
  expect(campaignEta(sending, null, 0)).toBeNull();
});
