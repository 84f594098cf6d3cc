import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

/** Check the database again. */
export const woken = defineSignal('woken');
/** The campaign's row changed: paused, resumed or cancelled. The run reads the row. */
export const campaignChanged = defineSignal('campaignChanged');
/** The same from older processes. */
export const campaignChangedUpdate = defineUpdate<void>('campaignChanged');
export const phase = defineQuery<string>('phase');
/** A reply's step in its page: `unknown` here, filing, first attempts, or done. Later states are in the database. */
export const whereIs = defineQuery<'unknown' | 'filing' | 'delivering' | 'done', [replyId: string]>('whereIs');
