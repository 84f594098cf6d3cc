import { CAPS } from '../../database/caps.ts';

// Samples of the names that only a run knows: a set for each form that a statement of the file may take.

const ID = '00000000-0000-7000-8000-000000000001';
const account = { id: ID, country: 'FR', onlyFor: null };
const hidden = { ...account, onlyFor: 'x' };
const soon = new Date('2030-01-01');

/** A set for each value of one name. */
const each = (name: string, ...values: unknown[]): Record<string, unknown>[] => values.map((value) => ({ [name]: value }));

const searched = [{}, { search: 'oui' }, { search: '0612345678' }];
const replyFilters = [
  ...searched,
  { campaign: ID, from: '+33612345678', since: soon, until: soon, optOut: 'true', keyword: 'stop', ids: [ID] },
];
const inbox = [
  ...searched,
  { state: 'open', unread: 'true', flagged: 'true', unassigned: 'true', optedOut: 'true', mine: 'true', tag: 'x', campaign: ID },
];
const due = each('which', { ids: [ID] }, { limit: 1 });

export const SAMPLES: Record<string, Record<string, unknown>[]> = {
  'activities/contacts/apply-retention.ts': each('what', 'contacts', 'texts', 'rows'),
  'activities/mail/claim-deliveries.ts': due,
  'activities/mail/claim-digests.ts': due,
  'activities/mail/handle-bounce.ts': each('of', 'bounce', 'notice-bounce'),
  'activities/sending/send-batch.ts': each(
    'batch',
    { ids: [ID], carrierId: ID },
    { campaignId: ID, carrierId: ID, fromRow: 0, toRow: 2 },
  ),
  'api/accounts/operator-find.ts': each('id', { success: true, data: ID }, { success: false }),
  'api/campaigns/write-again.ts': each('to', 'all', 'not-reached', 'not-answered'),
  'api/conversations/conversation-entries.ts': each('order', 'oldest', 'newest'),
  'api/conversations/conversations.ts': inbox.flatMap((filters) =>
    [account, hidden].flatMap((caller) =>
      [null, [soon, ID]].map((after) => ({ asked: filters, most: 2, caller, me: 'x', after })),
    ),
  ),
  'api/conversations/inbox-views.ts': searched.map(({ search = null }) => ({
    view: { filters: { view: 'mine', campaign: ID, search } },
    account,
    me: 'x',
  })),
  'api/replies/replies-export.ts': replyFilters.flatMap((asked) =>
    [undefined, ID].map((before) => ({ account, asked, before, total: 1 })),
  ),
  'api/replies/replies.ts': replyFilters.flatMap((asked) =>
    [null, ID].map((after) => ({ account, asked: { ...asked, conversation: ID }, after, most: 2 })),
  ),
  'database/callbacks/find-deliveries.ts': [
    {},
    { state: 'delivered' },
    { state: 'held', channel: 'callback' },
    { endpoint: ID, before: ID, from: soon, to: soon },
    { reply: ID },
    { conversation: ID, endpoint: ID, state: 'held' },
  ].map((wish) => ({ wish: { accountId: ID, ...wish }, limit: 1 })),
  'database/caps.ts': Object.keys(CAPS).flatMap((what) => each('what', what).map((set) => ({ ...set, more: 1 }))),
};
