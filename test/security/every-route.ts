import { suppress } from '../../database/mail/mail-suppression.ts';
import { rows } from '../../database/sql.ts';
import type { TestAccount, TestApi } from '../fixtures/api.ts';
import { aConversation, aDelivery, aMessage, aReply } from '../fixtures/rows.ts';
import { addressesAsked } from '../fixtures/states/accounts.ts';
import { aList, aPreview } from '../fixtures/states/campaigns.ts';

/** Every route of the document, and one of everything that an account can have. */
export type Operation = {
  method: string;
  path: string;
  operationId: string;
  hasId: boolean;
  hasBody: boolean;
  idFilters: string[];
};
export type Ids = {
  campaign: string;
  message: string;
  reply: string;
  conversation: string;
  endpoint: string;
  delivery: string;
  replay: string;
  number: string;
  rule: string;
  contact: string;
  request: string;
  list: string;
  composition: string;
  key: string;
  canned: string;
  view: string;
  inbox: string;
  domain: string;
  user: string;
  email: string;
};

/** Whose id an address takes, by the word before it. A new kind of thing is added here, or this test fails. */
const things: Record<string, keyof Ids> = {
  campaigns: 'campaign',
  messages: 'message',
  replies: 'reply',
  conversations: 'conversation',
  'callback-endpoints': 'endpoint',
  deliveries: 'delivery',
  replays: 'replay',
  numbers: 'number',
  'keyword-rules': 'rule',
  contacts: 'contact',
  'setting-requests': 'request',
  lists: 'list',
  compositions: 'composition',
  keys: 'key',
  'canned-answers': 'canned',
  'reply-views': 'view',
  'inbox-views': 'inbox',
  users: 'user',
  domains: 'domain',
  emails: 'email',
};
/** The same for queries that take an id. */
export const filters: Record<string, keyof Ids> = {
  campaign: 'campaign',
  conversation: 'conversation',
  endpoint: 'endpoint',
  reply: 'reply',
  person: 'user',
};

/** A valid body for each operation that takes one. */
const bodies: Record<string, unknown> = {
  inviteUser: { email: 'someone@example.com', role: 'agent' },
  createCampaign: { name: 'n', route: 'premium', sender: 'Boutique', text: 'x', recipients: [{ to: '+33612000009' }] },
  previewCampaign: { name: 'n', route: 'premium', sender: 'Boutique', text: 'x', recipients: [{ to: '+33612000009' }] },
  createDraft: { name: 'n', route: 'premium', sender: 'Boutique', text: 'x' },
  launchCampaign: {},
  changeSignInPolicy: { sessionHours: 8 },
  claimDomain: { domain: 'claimed.example' },
  setSignOn: { issuer: 'https://login.example.com', clientId: 'x', clientSecret: 'x' },
  changeDraft: { name: 'n' },
  previewList: {},
  createMessage: { to: '+33612000009', route: 'premium', sender: 'Boutique', text: 'x' },
  createMessages: { messages: [{ to: '+33612000009', route: 'premium', sender: 'Boutique', text: 'x' }] },
  answerConversation: { text: 'x', skipOptedOut: true },
  changeReplySettings: { emails: [{ address: 'other@example.com' }] },
  createCallbackEndpoint: { url: 'https://example.com/other' },
  changeCallbackEndpoint: { description: 'changed' },
  rotateCallbackSecret: {},
  enableCallbackEndpoint: { resume: 'all' },
  replayDeliveries: {},
  correctReplyAttribution: { campaign: null },
  registerBrand: { sender: 'Boutique' },
  changeSpendLimits: { day: '5' },
  changePolicies: { quietHours: 'hold' },
  createKeywordRule: { word: 'autre', actions: [{ do: 'tag', tag: 'x' }] },
  changeKeywordRule: { word: 'rdv', actions: [{ do: 'tag', tag: 'x' }] },
  putContact: { phone: '+33612000055' },
  importContacts: { csv: 'phone\n+33612000056' },
  reportContact: { phone: '+33612000001' },
  eraseContact: { phone: '+33612000088' },
  importOptOuts: { entries: ['+33612000077'] },
  liftOptOut: { phone: '+33612000001', reason: 'asked' },
  rentNumber: { country: 'FR' },
  changeRentedNumber: { renews: false },
  liftMailSuppression: { address: 'both@example.com', reason: 'asked' },
  closeAccount: { name: 'x' },
  changeAccount: { defaultSender: '12345' },
  createSavedList: { name: 'another' },
  renameSavedList: { name: 'renamed' },
  writeAgain: { to: 'all' },
  rescheduleCampaign: { sendAt: new Date(Date.now() + 3_600_000).toISOString() },
  beginComposition: { name: 'another', form: {} },
  keepComposition: { name: 'changed', form: {} },
  takeRecipients: { contacts: {} },
  startConversation: { phone: '+33612000033', text: 'x' },
  changeConversation: { flagged: true },
  changeRole: { role: 'agent' },
  addConversationNote: { text: 'x' },
  createCannedAnswer: { name: 'n', text: 'x' },
  changeCannedAnswer: { name: 'n', text: 'x' },
  setOutOfHours: { enabled: false, text: '', hours: [] },
  createReplyView: { name: 'another', filters: {}, columns: ['text'] },
  createInboxView: { name: 'another', filters: {} },
  chooseReplyColumns: { columns: ['text'] },
  createOwnKey: { name: 'another' },
  changeOwnKey: { name: 'changed' },
  rotateOwnKey: {},
  replyFromSimulatedPhone: { phone: '+33639980001', text: 'x' },
  requestTwoWay: { reason: 'x', expectedVolume: 1 },
};

export async function operations(api: TestApi): Promise<Operation[]> {
  const { body } = await api.call('GET', '/openapi.json');
  const found: Operation[] = [];
  for (const [path, methods] of Object.entries<Record<string, Described>>(body.paths)) {
    for (const [method, { operationId, requestBody, parameters = [] }] of Object.entries(methods)) {
      const idFilters = parameters
        .map((part): Parameter => ('$ref' in part ? body.components.parameters[part.$ref.split('/').at(-1) ?? ''] : part))
        .filter((each) => each.in === 'query' && each.schema.format === 'uuid')
        .map(({ name }) => name);
      found.push({
        method: method.toUpperCase(),
        path,
        operationId,
        hasId: path.includes('{'),
        hasBody: requestBody !== undefined,
        idFilters,
      });
    }
  }
  // What deletes comes last: until then there must be something that could have been seen.
  const deletes = ({ method, operationId }: Operation): boolean => method === 'DELETE' || operationId === 'changeReplySettings';
  return found.toSorted((a, b) => Number(deletes(a)) - Number(deletes(b)));
}
type Described = {
  operationId: string;
  requestBody?: object;
  parameters?: (Parameter | { $ref: string })[];
};
type Parameter = { in: string; name: string; schema: { format?: string } };

/** One of everything that an account can have, each holding the account's mark. */
export async function furnish(api: TestApi, shop: TestAccount, mark: string): Promise<Ids> {
  const { db } = api;
  const accountId = shop.id;
  const sent = { ...Object(bodies['createCampaign']), name: mark, text: mark };
  const campaign = (await shop.call('POST', '/campaigns', sent)).body.id;
  await aPreview(db, await aList(db, { accountId, campaignId: campaign, columns: [mark] }));
  const conversation = await aConversation(db, { account: accountId });
  const message = await aMessage(db, { accountId, text: mark, campaignId: campaign, row: 7 });
  const reply = await aReply(db, {
    accountId,
    text: mark,
    messageId: message.id,
    campaignId: campaign,
    conversationId: conversation.id,
  });
  const user = (await shop.call('POST', '/users', { email: `${mark}@example.com`, role: 'viewer' })).body.id;
  const endpoint = (await shop.call('POST', '/callback-endpoints', { url: `https://${mark}.example.com/in` })).body.id;
  const emails = [{ address: `${mark}@example.com` }];
  const email = (await shop.call('PATCH', '/reply-settings', { emails })).body.emails[0].id;
  await shop.call('POST', '/opt-outs/import', { entries: [{ phone: '+33612000001', reason: mark }] });
  await suppress(db.pool, { accountId, address: 'both@example.com', reason: 'bounced', detail: mark });
  const actions = [{ do: 'answer', text: mark }];
  const rule = (await shop.call('POST', '/keyword-rules', { word: 'rdv', actions })).body.id;
  const contact = (await shop.call('PUT', '/contacts', { phone: '+33612000054', lastName: mark })).body.id;
  const request = await addressesAsked(db, accountId, `${mark}@example.com`);
  const list = (await shop.call('POST', '/lists', { name: mark })).body.id;
  const composition = (await shop.call('POST', '/compositions', { name: mark, form: { text: mark }, recipients: mark })).body.id;
  const canned = (await shop.call('POST', '/canned-answers', { name: mark, text: mark })).body.id;
  const view = (await shop.call('POST', '/reply-views', { name: mark, filters: { search: mark }, columns: ['text'] })).body.id;
  const inbox = (await shop.call('POST', '/inbox-views', { name: mark, filters: { search: mark } })).body.id;
  await shop.call('POST', `/conversations/${conversation.id}/notes`, { text: mark });
  const key = (await shop.call('POST', '/keys', { name: mark })).body.id;
  const delivery = await aDelivery(
    db,
    { accountId, replyId: reply.id, endpointId: endpoint, runId: mark },
    { bodyExcerpt: mark },
  );
  const replay = (await shop.call('POST', `/callback-endpoints/${endpoint}/replay`, {})).body.id;
  const [{ id: carrier } = { id: '' }] = await rows<{ id: string }>(db.pool, `select id from carriers where route = 'premium'`);
  const stock = { kind: 'virtual', carrier, country: 'FR' };
  const own = mark === 'mark-of-one' ? 1 : 2;
  const rented = { ...stock, number: `+3364470000${own}`, account: accountId };
  const number = (await api.asOperator('POST', '/numbers', rented)).body.id;
  // One more for who asks for any.
  await api.asOperator('POST', '/numbers', { ...stock, number: `+3364480000${own}` });
  const domain = (await shop.call('POST', '/sign-on/domains', { domain: `${mark}.example` })).body.domains[0].id;
  return {
    campaign,
    message: message.id,
    reply: reply.id,
    conversation: conversation.id,
    endpoint,
    delivery: delivery.id,
    rule,
    contact,
    list,
    composition,
    replay,
    number,
    request,
    key,
    canned,
    view,
    inbox,
    user,
    domain,
    email,
  };
}

export const pathFor = ({ path }: Operation, ids: Ids): string => {
  const word = path.split('/{')[0]?.split('/').at(-1) ?? '';
  const thing = things[word];
  if (path.includes('{') && !thing) throw new Error(`Say in this test whose id ${path} takes`);
  return thing ? path.replace('{id}', ids[thing]) : path;
};
export const bodyOf = ({ operationId, hasBody }: Operation): object => {
  if (!hasBody) return {};
  if (['uploadRecipients', 'fillSavedList'].includes(operationId))
    return { raw: 'to\n+33612000009\n', headers: { 'content-type': 'text/csv' } };
  if (!(operationId in bodies)) throw new Error(`Say in this test what a valid body of ${operationId} is`);
  return { body: bodies[operationId] };
};
