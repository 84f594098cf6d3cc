import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { variableNames } from '../../config.ts';
import { CALLBACKS_RETRY, carrierQueue, CONTROL, MAIL } from '../../domain/task-queues.ts';
import { searchAttributes } from '../../temporal/connect.ts';
import * as workflows from '../../workflows/index.ts';

// Temporal, databases, dashboards and settings hold these names: a run of yesterday, or a process of the version before, needs them.

const read = (folder: string): string => {
  const url = new URL(`../../${folder}/`, import.meta.url);
  return readdirSync(url, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('migrations'))
    .map((file) => readFileSync(new URL(file, url), 'utf8'))
    .join('\n');
};
const words = (list: string): string[] => list.trim().split(/\s+/);
const missingIn = (source: string, names: string[]): string[] =>
  names.filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w])`).test(source));

test('workflow types keep their names', () => {
  expect(Object.keys(workflows).toSorted()).toEqual(
    words(`deliverReplies deliverReplyPage forgetOld importRecipients pollResults previewList recoverEndpoint renewRentals replayDeliveries
      retryCallbacks retryEmails sendCampaign sendMessages sweep syncLowcost`),
  );
});

test('activity types, signals, queries and updates keep their names', () => {
  const activities =
    words(`checkLedger closeCampaign closeSync drainCallbacks drainEmails drainEndpoint fileReplies forgetOld groupByCarrier importRows
    lookAtCampaign openSync pollResults postCallbacks previewRows releaseReplies renewRentals replayPage sendBatch sendReplyEmails sweep syncPages`);
  const messages = words(`'woken' 'campaignChanged' 'phase' 'whereIs' 'endpointHealth' 'replayProgress'`);
  expect(missingIn(read('workflows'), activities)).toEqual([]);
  expect(
    missingIn(
      read('activities'),
      activities.filter((name) => name !== 'sweep'),
    ),
  ).toEqual([]);
  expect(messages.filter((name) => !read('workflows').includes(name))).toEqual([]);
});

test('task queues, workflow ids, search attributes and channels keep their names', () => {
  expect([CONTROL, CALLBACKS_RETRY, MAIL, carrierQueue('x')]).toEqual(['control', 'callbacks-retry', 'mail', 'carrier-x']);
  expect(Object.values(searchAttributes).map(({ name }) => name)).toEqual(
    words('AccountId AccountIds CampaignId EndpointId Phase'),
  );
  const ids = words('replies/ messages/ campaign/ import/ preview/ results/ replay/ endpoint/ retry-callbacks retry-emails');
  const source = read('temporal') + read('activities');
  expect(ids.filter((id) => !source.includes(`\`${id}`) && !source.includes(`'${id}`))).toEqual([]);
  expect(read('database')).toContain(`'account_events'`);
});

test('metrics and settings keep their names', () => {
  const metrics = words(`callback_attempt_duration_seconds callback_attempts_total callback_first_attempt_latency_seconds
    callback_oldest_waiting_seconds mail_oldest_waiting_seconds http_request_duration_seconds`);
  expect(missingIn(read('activities') + read('api'), metrics)).toEqual([]);
  const settings =
    words(`NODE_ENV ROLE HOST PORT PUBLIC_URL DATABASE_URL DATABASE_POOL TEMPORAL_ADDRESS TEMPORAL_NAMESPACE TEMPORAL_API_KEY
    TEMPORAL_TLS TEMPORAL_UI_URL SECRETS_KEY CARRIERS SMTP_URL MAIL_FROM MAIL_CONNECTIONS MAIL_DKIM_KEY_FILE MAIL_DKIM_SELECTOR
    MAIL_INBOUND_DOMAIN MAIL_INBOUND_PORT MAIL_INBOUND_AUTHORITY CALLBACK_ALLOW_HTTP CALLBACK_PORTS CALLBACK_ALLOW_CIDRS CALLBACK_DENY_CIDRS
    CALLBACK_NAME_SERVERS ALARM_WEBHOOK_URL ALARM_WEBHOOK_SECRET REPLIES_PER_RUN SYNC_AT SYNC_TIME_ZONE SYNC_CLOCK SIMULATED_PHONES_URL
    STOP_NUMBER BODY_LIMIT_MB METRICS_PORT LOG_LEVEL`);
  expect(settings.filter((name) => !variableNames.includes(name))).toEqual([]);
});
