import { readFileSync } from 'node:fs';
import { record, type Json } from '../../api/reference/json.ts';
import { breakingChanges } from './breaking-changes.ts';

// Programs written for the contract of 0.1.0 go on: what breaks them is refused here, unless it stands below with its reason.
const INTENDED: { why: string; changes: string[] }[] = [
  { why: 'The port of METRICS_PORT shows them; the public one no longer does.', changes: ['GET /metrics is gone'] },
  {
    why: 'The null was always answered; the document of 0.1.0 forbade it.',
    changes: [
      ...['AcceptedCampaign', 'Campaign', 'CampaignProgress', 'Preview', 'ListPreview'].map((name) => `${name} (answered).cost`),
      ...['OfferedNumber', 'RentedNumber'].map((name) => `${name} (answered).pricePerMonth`),
      ...['own.day', 'own.month', 'operator.day', 'operator.month'].map((limit) => `SpendLimits (answered).${limit}`),
      'ListPreview (answered).list.cost',
      'ListPreviewInFull (answered).result',
      'ConversationEntry (answered).state',
    ].map((place) => `${place} may now be null`),
  },
  {
    why: 'A query holds no null; the document of 0.1.0 allowed one.',
    changes: ['/v1/mail-suppressions', '/v1/operator/mail-suppressions'].map(
      (path) => `GET ${path}: query reason may no longer be null`,
    ),
  },
  {
    why: 'Nobody has seen more answers than that; a larger number failed with a 500.',
    changes: ['NewAnswer (sent).answers: maximum is now 2147483647'],
  },
];
const intended = new Set(INTENDED.flatMap(({ changes }) => changes));

const read = (file: string): Json => record(JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')));
const found = breakingChanges(read('0.1.0.json'), read('../../openapi.json'));
const faults = [
  ...found.filter((change) => !intended.has(change)).map((change) => `Breaks programs written for 0.1.0: ${change}.`),
  ...[...intended.difference(new Set(found))].map((change) => `Not so any more, take it out of INTENDED: ${change}.`),
];
process.stdout.write(faults.map((fault) => `${fault}\n`).join('') || 'Nothing breaks programs written for 0.1.0.\n');
process.exitCode = faults.length === 0 ? 0 : 1;
