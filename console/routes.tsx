import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  redirect,
  type AnyRoute,
} from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Shell } from './shell/shell.tsx';
import { fetched } from './ui/lazy-part.ts';
import { NotThere, PageFailed } from './ui/not-loaded.tsx';
import { loadMoreWords } from './i18n/dictionary.ts';

type File<K extends string> = () => Promise<Record<K, () => ReactNode>>;

/** `fetched` renames the error of a missing file: the router would reload even offline. */
const spare = <K extends string>(load: File<K>, name: K) =>
  lazyRouteComponent(async () => ({ default: (await fetched(load))[name] }));

/** A page with its words; `spare` pages need only the chat's words, as a test checks. */
const worded = <K extends string>(load: File<K>, name: K) =>
  spare(async () => {
    const [page] = await Promise.all([load(), loadMoreWords()]);
    return page;
  }, name);

const page = <P extends AnyRoute, const T extends string, K extends string>(parent: P, path: T, load: File<K>, name: K) =>
  createRoute({ getParentRoute: () => parent, path, component: worded(load, name) });
const sparePage = <P extends AnyRoute, const T extends string, K extends string>(parent: P, path: T, load: File<K>, name: K) =>
  createRoute({ getParentRoute: () => parent, path, component: spare(load, name) });

const PHONE = '(max-width: 760px)';
/** First page under a heading; on a phone, a page of links. */
const first = <P extends AnyRoute>(parent: P, to: '/settings/callback' | '/operator/status') =>
  createRoute({
    getParentRoute: () => parent,
    path: '/',
    beforeLoad: () => {
      if (!window.matchMedia(PHONE).matches) throw redirect({ to });
    },
  });

const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
/** Search parameters by name, without empty ones. */
const search =
  <const K extends string>(...names: K[]) =>
  (asked: Record<string, unknown>): { [N in K]?: string } => {
    const given: { [N in K]?: string } = {};
    for (const name of names) if (textOf(asked[name]) !== '') given[name] = textOf(asked[name]);
    return given;
  };

const root = createRootRoute({ component: Shell, notFoundComponent: NotThere });
/** Redirects: the shell knows where each role begins. */
const home = createRoute({ getParentRoute: () => root, path: '/' });
const start = createRoute({
  getParentRoute: () => root,
  path: '/start',
  validateSearch: search('campaign'),
  component: worded(() => import('./getting-started.tsx'), 'StartPage'),
});
const invitation = sparePage(root, '/invitation', () => import('./people/choose-password.tsx'), 'InvitationPage');
const forgotten = page(root, '/forgotten', () => import('./people/forgot-password.tsx'), 'ForgottenPage');
const newPassword = sparePage(root, '/password', () => import('./people/choose-password.tsx'), 'NewPasswordPage');
const chat = createRoute({
  getParentRoute: () => root,
  path: '/chat',
  validateSearch: search('view', 'campaign', 'q'),
  component: spare(() => import('./conversations/chat.tsx'), 'ChatPage'),
});
const conversation = sparePage(chat, '/$id', () => import('./conversations/thread.tsx'), 'ThreadPage');
const newConversation = createRoute({
  getParentRoute: () => chat,
  path: '/new',
  validateSearch: search('phone'),
  component: spare(() => import('./conversations/new-conversation.tsx'), 'NewConversationPage'),
});
const replies = createRoute({
  getParentRoute: () => root,
  path: '/replies',
  validateSearch: search('search', 'from', 'campaign', 'kind', 'span', 'since', 'until'),
  component: worded(() => import('./replies/replies.tsx'), 'RepliesPage'),
});
const campaigns = createRoute({
  getParentRoute: () => root,
  path: '/campaigns',
  validateSearch: search('q', 'state'),
  component: worded(() => import('./campaigns/campaigns.tsx'), 'CampaignsPage'),
});
const contacts = createRoute({
  getParentRoute: () => root,
  path: '/contacts',
  validateSearch: search('q', 'tag'),
  component: worded(() => import('./contacts/contacts.tsx'), 'ContactsPage'),
});
const contact = page(root, '/contacts/$id', () => import('./contacts/contact.tsx'), 'ContactPage');
const lists = page(root, '/contacts/lists', () => import('./contacts/lists.tsx'), 'ListsPage');
/** A developer's page: every component. */
const parts = createRoute({
  getParentRoute: () => root,
  path: '/parts',
  beforeLoad: () => {
    if (!import.meta.env.DEV) throw notFound();
  },
  component: worded(() => import('./shell/parts-page.tsx'), 'PartsPage'),
});
const analytics = page(root, '/analytics', () => import('./campaigns/analytics.tsx'), 'AnalyticsPage');
const newCampaign = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/new',
  validateSearch: search('from', 'draft', 'list', 'tag'),
  component: worded(() => import('./campaigns/composer/compose-page.tsx'), 'NewCampaignPage'),
});
const campaign = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/$id',
  validateSearch: search('tab'),
  component: worded(() => import('./campaigns/campaign.tsx'), 'CampaignPage'),
});
const editDraft = page(root, '/campaigns/$id/edit', () => import('./campaigns/composer/compose-page.tsx'), 'EditDraftPage');
const me = page(root, '/me', () => import('./people/me/me.tsx'), 'MePage');
const settings = page(root, '/settings', () => import('./shell/sub-nav.tsx'), 'SettingsPage');
const settingsPages = [
  first(settings, '/settings/callback'),
  createRoute({
    getParentRoute: () => settings,
    path: '/contacts',
    beforeLoad: () => {
      throw redirect({ to: '/contacts' });
    },
  }),
  page(settings, '/callback', () => import('./callbacks/settings-callback.tsx'), 'CallbackSettings'),
  createRoute({
    getParentRoute: () => settings,
    path: '/callback/$id',
    validateSearch: search('tab', 'delivery'),
    component: worded(() => import('./callbacks/endpoint.tsx'), 'EndpointPage'),
  }),
  page(settings, '/deliveries/$id', () => import('./callbacks/delivery.tsx'), 'DeliveryPage'),
  page(settings, '/keys', () => import('./people/settings-keys.tsx'), 'KeysSettings'),
  page(settings, '/sender', () => import('./sending/settings-sender.tsx'), 'SenderSettings'),
  page(settings, '/spend', () => import('./accounts/spend.tsx'), 'SpendSettings'),
  page(settings, '/keywords', () => import('./replies/settings-keywords.tsx'), 'KeywordsSettings'),
  page(settings, '/canned', () => import('./conversations/settings-canned.tsx'), 'CannedSettings'),
  page(settings, '/policies', () => import('./sending/settings-policies.tsx'), 'PoliciesSettings'),
  page(settings, '/out-of-hours', () => import('./replies/settings-out-of-hours.tsx'), 'OutOfHoursSettings'),
  page(settings, '/retention', () => import('./contacts/settings-retention.tsx'), 'RetentionSettings'),
  page(settings, '/opt-outs', () => import('./contacts/settings-opt-outs.tsx'), 'OptOutsSettings'),
  page(settings, '/numbers', () => import('./numbers/settings-numbers.tsx'), 'NumbersSettings'),
  page(settings, '/privacy', () => import('./contacts/settings-privacy.tsx'), 'PrivacySettings'),
  page(settings, '/sign-on', () => import('./people/sign-on-settings.tsx'), 'SignOnSettings'),
  page(settings, '/team', () => import('./people/settings-team.tsx'), 'TeamSettings'),
  page(settings, '/audit', () => import('./people/audit.tsx'), 'AuditSettings'),
] as const;
const operator = page(root, '/operator', () => import('./shell/sub-nav.tsx'), 'OperatorPage');
const operatorPages = [
  first(operator, '/operator/status'),
  page(operator, '/status', () => import('./carriers/operator-status.tsx'), 'StatusPage'),
  page(operator, '/requests', () => import('./accounts/operator-requests.tsx'), 'RequestsPage'),
  page(operator, '/accounts', () => import('./accounts/operator-accounts.tsx'), 'AccountsPage'),
  page(operator, '/accounts/$id', () => import('./accounts/operator-account.tsx'), 'AccountPage'),
  page(operator, '/carriers', () => import('./carriers/operator-carriers.tsx'), 'CarriersPage'),
  page(operator, '/carriers/new', () => import('./carriers/operator-carrier.tsx'), 'NewCarrierPage'),
  page(operator, '/carriers/$id', () => import('./carriers/operator-carrier.tsx'), 'CarrierPage'),
  page(operator, '/routes', () => import('./carriers/operator-routing.tsx'), 'RoutesPage'),
  page(operator, '/numbers', () => import('./numbers/operator-numbers.tsx'), 'OperatorNumbersPage'),
  page(operator, '/prices', () => import('./numbers/operator-prices.tsx'), 'PricesPage'),
  page(operator, '/syncs', () => import('./lowcost/operator-syncs.tsx'), 'SyncsPage'),
  page(operator, '/unattributed', () => import('./replies/operator-unattributed.tsx'), 'UnattributedPage'),
  page(operator, '/countries', () => import('./numbers/operator-countries.tsx'), 'CountriesPage'),
  page(operator, '/endpoints', () => import('./callbacks/operator-endpoints.tsx'), 'TroubledPage'),
  page(operator, '/endpoints/$id', () => import('./callbacks/operator-endpoints.tsx'), 'TroubledEndpoint'),
  page(operator, '/mail', () => import('./mail/operator-mail.tsx'), 'MailPage'),
  page(operator, '/alarms', () => import('./carriers/operator-alarms.tsx'), 'AlarmsPage'),
  page(operator, '/sign-on', () => import('./people/sign-on-settings.tsx'), 'OperatorSignOn'),
  page(operator, '/ledger', () => import('./callbacks/operator-ledger.tsx'), 'LedgerPage'),
  page(operator, '/audit', () => import('./people/audit.tsx'), 'OperatorAuditPage'),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    start,
    invitation,
    forgotten,
    newPassword,
    chat.addChildren([newConversation, conversation]),
    replies,
    campaigns,
    contacts,
    contact,
    lists,
    analytics,
    parts,
    newCampaign,
    campaign,
    editDraft,
    me,
    settings.addChildren(settingsPages),
    operator.addChildren(operatorPages),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: NotThere,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
