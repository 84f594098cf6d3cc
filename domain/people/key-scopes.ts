/**
 * The scopes of a key. `send`: campaigns, messages, lists and what they cost; `replies`: read what came in;
 * `conversations`: read and answer them; `contacts`: contacts, opt-outs, erasure; `settings`: how the account works and where its
 * replies go; `people`: people, keys and the audit log, by which all others can be had; `read`: whatever all of them but `people` read,
 * and nothing that changes or sends.
 */
export const SCOPES = ['send', 'replies', 'conversations', 'contacts', 'settings', 'people', 'read'] as const;
export type Scope = (typeof SCOPES)[number];

type Opens = { reads: readonly Scope[]; writes: readonly Scope[] };
const by = (...scopes: Scope[]): Opens => ({ reads: scopes, writes: scopes });

/** By the first word of an address: any one of these scopes opens it. What does not stand here opens to no key that has scopes. */
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
  // In the form of another provider.
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

/** The scopes of which one is enough for this call; none for an address that no key with scopes opens. */
export function scopesFor(method: string, path: string): readonly Scope[] {
  const word = /^\/(?:v1\/public|v1|api)\/([a-z_-]+)/.exec(path)?.[1] ?? '';
  const opens = Object.hasOwn(OPENS, word) ? OPENS[word] : undefined;
  if (!opens) return [];
  if (method !== 'GET' && method !== 'HEAD') return opens.writes;
  // Another provider's form sends by GET too.
  return opens.reads.includes('people') || /^\/(?:v1\/public|api)\//.test(path) ? opens.reads : [...opens.reads, 'read'];
}
