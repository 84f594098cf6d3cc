import { Account, AccountCounter } from './account.ts';
import { AccountPolicies } from './accounts/account-policies.ts';
import { Brand } from './accounts/brand.ts';
import { SpendLimit } from './sending/spend-limits.ts';
import { Alarm } from './carriers/alarm.ts';
import { ApiKey } from './people/api-key.ts';
import { AuditEntry } from './people/audit-entry.ts';
import { AwaitedResult } from './sending/awaited-result.ts';
import { CallbackEndpoint, EndpointMinute, LineOutage } from './callbacks/callback-endpoint.ts';
import { CannedAnswer } from './conversations/canned-answer.ts';
import { SavedInboxView } from './conversations/inbox-view.ts';
import { Campaign } from './campaigns/campaign.ts';
import { CampaignFigures } from './campaigns/campaign-report.ts';
import { Carrier, CarrierSession, CarrierSlot } from './carriers/carrier.ts';
import { CarrierLine } from './carriers/carrier-line.ts';
import { Contact } from './contacts/contact.ts';
import { Conversation, ConversationNote } from './conversations/conversation.ts';
import { CountryRule } from './numbers/country-rule.ts';
import { Delivery, DeliveryAttempt } from './callbacks/delivery.ts';
import { DeadNumber } from './sending/dead-number.ts';
import { Doubt } from './sending/doubt.ts';
import { MessageNews } from './sending/message-news.ts';
import { Event } from './callbacks/event.ts';
import { DigestMail } from './mail/digest-mail.ts';
import { RequestCount } from './request-count.ts';
import { Upkeep } from './upkeep.ts';
import { IdempotencyKey } from './idempotency-key.ts';
import { AccountDomain, IdentityProvider, RemovedIdentity, SignOnAttempt } from './people/identity-provider.ts';
import { InboundMail } from './mail/inbound-mail.ts';
import { PushSubscription } from './people/push-subscription.ts';
import { InstallationKey } from './installation-key.ts';
import { KeywordRule } from './replies/keyword-rule.ts';
import { ListFault, ListImport, ListRow } from './campaigns/list-import.ts';
import { ListPreview, ListPreviewPhone } from './campaigns/list-preview.ts';
import { MailChannel } from './mail/mail-channel.ts';
import { MailSuppression } from './mail/mail-suppression.ts';
import { Message, MessageReference, OrphanReceipt } from './sending/message.ts';
import { RecoveryCode } from './people/authenticator.ts';
import { Invitation, Session, SignInTries } from './people/session.ts';
import { SimDay } from './sending/sim-day.ts';
import { OwedNotice } from './mail/notice.ts';
import { SmsNumber } from './numbers/number.ts';
import { OptOut } from './contacts/opt-out.ts';
import { OutOfHours } from './replies/out-of-hours.ts';
import { InboundPart, Reply } from './replies/reply.ts';
import { NumberCharge } from './numbers/number-charge.ts';
import { Price } from './numbers/price.ts';
import { Replay } from './callbacks/replay.ts';
import { ReplyEmail } from './mail/reply-email.ts';
import { ReplyView } from './replies/reply-view.ts';
import { Restore } from './sending/restore.ts';
import { RetentionMark } from './contacts/retention-mark.ts';
import { Route } from './carriers/route.ts';
import { SettingRequest } from './accounts/setting-request.ts';
import { Composition } from './campaigns/composition.ts';
import { SavedList } from './campaigns/saved-list.ts';
import { SyncRun } from './lowcost/sync-run.ts';
import { User } from './people/user.ts';
import { RunWakeup } from './callbacks/run-wakeup.ts';

/** Every table; a test compares them with the migrations. */
export const entities = [
  CannedAnswer,
  SavedInboxView,
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
  DeadNumber,
  Doubt,
  MessageNews,
  EndpointMinute,
  Event,
  DigestMail,
  IdempotencyKey,
  AccountDomain,
  IdentityProvider,
  RemovedIdentity,
  SignOnAttempt,
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
  PushSubscription,
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
  RequestCount,
  Upkeep,
  RetentionMark,
  Route,
  Composition,
  SavedList,
  SyncRun,
  User,
  RunWakeup,
];
