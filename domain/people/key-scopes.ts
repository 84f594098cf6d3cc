/**
 * `send`: campaigns, messages, lists and their cost. `replies`: read what came in. `conversations`: read and answer. `contacts`:
 * contacts, opt-outs, erasure. `settings`: the account and where replies go. `people`: people, keys and audit log, which can
 * grant all others. `read`: everything the others but `people` read.
 */
export const SCOPES = ['send', 'replies', 'conversations', 'contacts', 'settings', 'people', 'read'] as const;
export type Scope = (typeof SCOPES)[number];

type Opens = { reads: readonly Scope[]; writes: readonly Scope[] };
const by = (...scopes: Scope[]): Opens => ({ reads: scopes, writes: scopes });

/** By an address's first word: any of these scopes opens it. Unlisted addresses are closed to keys with scopes. */
const OPENS: Record<string, Opens> = {
  account: { reads: SCOPES, writes: ['settings'] },
  analytics: by('send'),
  audit: by('people'),
  brands: by('settings'),
  'callback-endpoints': by('settings'),
  campaigns: by('send'),
  compositions: by('send'),
  'canned-answers': by('conversations'),
  contacts: by('contacts'),
  conversations: { reads: ['conversations', 'replies'], writes: ['conversations'] },
  countries: by('send'),
  deliveries: by('settings'),
  events: by('replies'),
  'inbox-views': by('conversations'),
  keys: by('people'),
  'keyword-rules': by('settings'),
  lists: by('send'),
  'mail-suppressions': by('settings'),
  messages: by('send'),
  numbers: by('settings'),
  'opt-outs': by('contacts'),
  'out-of-hours': by('settings'),
  policies: by('settings'),
  replays: by('settings'),
  replies: by('replies'),
  'reply-settings': by('settings'),
  'reply-views': by('replies'),
  'setting-requests': by('settings'),
  'sign-in-policy': by('people'),
  'sign-on': by('people'),
  simulation: by('send'),
  'spend-limits': { reads: ['send', 'settings'], writes: ['settings'] },
  stream: by('replies', 'conversations'),
  usage: { reads: ['send', 'settings'], writes: [] },
  'two-way': by('settings'),
  users: by('people'),
  // Other providers' APIs.
  balance: by('send'),
  campaign: by('send'),
  contact: by('contacts'),
  'contact-list': by('contacts'),
  credit: by('send'),
  edit_options: by('settings'),
  sms: by('send'),
  'sms-campaign': by('send'),
  'sms-campaign-on-list': by('send'),
  'sms-campaign-on-tag': by('send'),
  user: by('settings'),
  wallet: by('send'),
};

/** Any one of these scopes is enough; empty: no scope is. */
export function scopesFor(method: string, path: string): readonly Scope[] {
  const word = /^\/(?:v1\/public|v1|api)\/([a-z_-]+)/.exec(path)?.[1] ?? '';
  const opens = Object.hasOwn(OPENS, word) ? OPENS[word] : undefined;
  if (!opens) return [];
  if (method !== 'GET' && method !== 'HEAD') return opens.writes;
  // Other providers' APIs also send by GET.
  return opens.reads.includes('people') || /^\/(?:v1\/public|api)\//.test(path) ? opens.reads : [...opens.reads, 'read'];
}
