import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

/** The database wants this long-lived run to look again. */
export const woken = defineSignal('woken');
/** The campaign's row has changed: paused, resumed or cancelled. The row decides; this only says that there is something to see. */
export const campaignChanged = defineSignal('campaignChanged');
/** The same, as processes of before said it. */
export const campaignChangedUpdate = defineUpdate<void>('campaignChanged');
/** The run's phase, for people. */
export const phase = defineQuery<string>('phase');
/** Where one reply of a page stands: `unknown` here, being filed, its first attempts under way, or through. What comes later is in the database. */
export const whereIs = defineQuery<'unknown' | 'filing' | 'delivering' | 'done', [replyId: string]>('whereIs');
