import { Account, AccountCounter } from './account.ts';
import { AccountPolicies } from './account-policies.ts';
import { Brand } from './brand.ts';
import { SpendLimit } from './spend-limits.ts';
import { Alarm } from './alarm.ts';
import { ApiKey } from './api-key.ts';
import { AuditEntry } from './audit-entry.ts';
import { AwaitedResult } from './awaited-result.ts';
import { CallbackEndpoint, EndpointMinute, LineOutage } from './callback-endpoint.ts';
import { CannedAnswer } from './canned-answer.ts';
import { Campaign } from './campaign.ts';
import { CampaignFigures } from './campaign-figures.ts';
import { Carrier, CarrierSession, CarrierSlot } from './carrier.ts';
import { CarrierLine } from './carrier-line.ts';
import { Contact } from './contact.ts';
import { Conversation, ConversationNote } from './conversation.ts';
import { CountryRule } from './country-rule.ts';
import { Delivery, DeliveryAttempt } from './delivery.ts';
import { Doubt } from './doubt.ts';
import { Event } from './event.ts';
import { GatheredMail } from './gathered-mail.ts';
import { IdempotencyKey } from './idempotency-key.ts';
import { InboundMail } from './inbound-mail.ts';
import { InstallationKey } from './installation-key.ts';
import { KeywordRule } from './keyword-rule.ts';
import { ListFault, ListImport, ListRow } from './list-import.ts';
import { ListPreview, ListPreviewPhone } from './list-preview.ts';
import { MailChannel } from './mail-channel.ts';
import { MailSuppression } from './mail-suppression.ts';
import { Message, MessageReference, OrphanReceipt } from './message.ts';
import { RecoveryCode } from './authenticator.ts';
import { Invitation, Session, SignInTries } from './session.ts';
import { SimDay } from './sim-day.ts';
import { OwedNotice } from './notice.ts';
import { SmsNumber } from './number.ts';
import { OptOut } from './opt-out.ts';
import { OutOfHours } from './out-of-hours.ts';
import { InboundPart, Reply } from './reply.ts';
import { NumberCharge } from './number-charge.ts';
import { Price } from './price.ts';
import { Replay } from './replay.ts';
import { ReplyEmail } from './reply-email.ts';
import { ReplyView } from './reply-view.ts';
import { Restore } from './restore.ts';
import { RetentionMark } from './retention-mark.ts';
import { Route } from './route.ts';
import { SettingRequest } from './setting-request.ts';
import { SavedList } from './saved-list.ts';
import { SyncRun } from './sync-run.ts';
import { User } from './user.ts';
import { WantedRun } from './wanted-run.ts';

/** Every table. A test compares them with what the migrations make. */
export const entities = [
  CannedAnswer,
  Account,
  AccountCounter,
  AccountPolicies,
  Brand,
  SpendLimit,
  Alarm,
  ApiKey,
  AuditEntry,
  AwaitedResult,
  CallbackEndpoint,
  Campaign,
  CampaignFigures,
  Carrier,
  CarrierLine,
  CarrierSession,
  CarrierSlot,
  Contact,
  Conversation,
  ConversationNote,
  CountryRule,
  Delivery,
  DeliveryAttempt,
  Doubt,
  EndpointMinute,
  Event,
  GatheredMail,
  IdempotencyKey,
  InboundMail,
  InboundPart,
  InstallationKey,
  KeywordRule,
  ListFault,
  ListImport,
  ListPreview,
  ListPreviewPhone,
  ListRow,
  Invitation,
  LineOutage,
  MailChannel,
  MailSuppression,
  Message,
  MessageReference,
  NumberCharge,
  OptOut,
  OrphanReceipt,
  OutOfHours,
  Price,
  Replay,
  OwedNotice,
  Reply,
  ReplyEmail,
  ReplyView,
  RecoveryCode,
  Restore,
  Session,
  SettingRequest,
  SignInTries,
  SimDay,
  SmsNumber,
  RetentionMark,
  Route,
  SavedList,
  SyncRun,
  User,
  WantedRun,
];
