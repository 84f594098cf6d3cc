import { Initial } from './0001-initial.ts';
import { EndpointHealth } from './0010-endpoint-health.ts';
import { HearingOfMessages } from './0015-hearing-of-messages.ts';
import { Replays } from './0016-replays.ts';
import { Formats } from './0017-formats.ts';
import { Mail } from './0020-mail.ts';
import { MailSuppressions } from './0021-mail-suppressions.ts';
import { Unreachable } from './0030-unreachable.ts';
import { Activation } from './0031-activation.ts';
import { Rentals } from './0033-rentals.ts';
import { CountryRules } from './0034-country-rules.ts';
import { AmbiguousMessages } from './0035-ambiguous-messages.ts';
import { RepliesInFull } from './0040-replies-in-full.ts';
import { InstallationKeys } from './0041-installation-keys.ts';
import { Doubts } from './0050-doubts.ts';
import { PolledReplies } from './0060-polled-replies.ts';
import { Parts } from './0063-parts.ts';
import { LinesTold } from './0064-lines.ts';
import { Routes } from './0065-routes.ts';
import { People } from './0070-people.ts';
import { Lists } from './0080-lists.ts';
import { Restores } from './0090-restores.ts';

/** In order. A migration that has landed is never edited. */
export const migrations = [
  { name: '0001-initial', class: Initial },
  { name: '0010-endpoint-health', class: EndpointHealth },
  { name: '0015-hearing-of-messages', class: HearingOfMessages },
  { name: '0016-replays', class: Replays },
  { name: '0017-formats', class: Formats },
  { name: '0020-mail', class: Mail },
  { name: '0021-mail-suppressions', class: MailSuppressions },
  { name: '0030-unreachable', class: Unreachable },
  { name: '0031-activation', class: Activation },
  { name: '0033-rentals', class: Rentals },
  { name: '0034-country-rules', class: CountryRules },
  { name: '0035-ambiguous-messages', class: AmbiguousMessages },
  { name: '0040-replies-in-full', class: RepliesInFull },
  { name: '0041-installation-keys', class: InstallationKeys },
  { name: '0050-doubts', class: Doubts },
  { name: '0060-polled-replies', class: PolledReplies },
  { name: '0063-parts', class: Parts },
  { name: '0064-lines', class: LinesTold },
  { name: '0065-routes', class: Routes },
  { name: '0070-people', class: People },
  { name: '0080-lists', class: Lists },
  { name: '0090-restores', class: Restores },
];
