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
import { fetched, withWords } from './ui/lazy-part.ts';
import { NotThere, PageFailed } from './ui/not-loaded.tsx';

type Load = () => Promise<(props: object) => ReactNode>;

/** A page of the chat's words, as a test checks. `names`: its search parameters. */
const sparePage = <P extends AnyRoute, const T extends string, const N extends string = never>(
  parent: P,
  path: T,
  load: Load,
  ...names: N[]
) =>
  createRoute({
    getParentRoute: () => parent,
    path,
    validateSearch: search(...names),
    // `fetched` renames the error of a missing file: the router would reload even offline.
    component: lazyRouteComponent(async () => ({ default: await fetched(load) })),
  });
const page = <P extends AnyRoute, const T extends string, const N extends string = never>(
  parent: P,
  path: T,
  load: Load,
  ...names: N[]
) => sparePage(parent, path, withWords(load), ...names);

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
const start = page(root, '/start', async () => (await import('./getting-started.tsx')).StartPage, 'campaign');
const invitation = sparePage(root, '/invitation', async () => (await import('./people/choose-password.tsx')).InvitationPage);
const forgotten = page(root, '/forgotten', async () => (await import('./people/forgot-password.tsx')).ForgottenPage);
const newPassword = sparePage(root, '/password', async () => (await import('./people/choose-password.tsx')).NewPasswordPage);
const chat = sparePage(root, '/chat', async () => (await import('./conversations/chat.tsx')).ChatPage, 'view', 'campaign', 'q');
const conversation = sparePage(chat, '/$id', async () => (await import('./conversations/thread.tsx')).ThreadPage);
const newConversation = sparePage(
  chat,
  '/new',
  async () => (await import('./conversations/new-conversation.tsx')).NewConversationPage,
  'phone',
);
const replies = page(
  root,
  '/replies',
  async () => (await import('./replies/replies.tsx')).RepliesPage,
  'search',
  'from',
  'campaign',
  'kind',
  'span',
  'since',
  'until',
);
const campaigns = page(root, '/campaigns', async () => (await import('./campaigns/campaigns.tsx')).CampaignsPage, 'q', 'state');
const contacts = page(root, '/contacts', async () => (await import('./contacts/contacts.tsx')).ContactsPage, 'q', 'tag');
const contact = page(root, '/contacts/$id', async () => (await import('./contacts/contact.tsx')).ContactPage);
const lists = page(root, '/contacts/lists', async () => (await import('./contacts/lists.tsx')).ListsPage);
/** A developer's page: every component. */
const parts = createRoute({
  getParentRoute: () => root,
  path: '/parts',
  beforeLoad: () => {
    if (!import.meta.env.DEV) throw notFound();
  },
  component: lazyRouteComponent(async () => ({ default: (await import('./shell/parts-page.tsx')).PartsPage })),
});
const analytics = page(root, '/analytics', async () => (await import('./campaigns/analytics.tsx')).AnalyticsPage);
const newCampaign = page(
  root,
  '/campaigns/new',
  async () => (await import('./campaigns/composer/compose-page.tsx')).NewCampaignPage,
  'from',
  'draft',
  'list',
  'tag',
);
const campaign = page(root, '/campaigns/$id', async () => (await import('./campaigns/campaign.tsx')).CampaignPage, 'tab');
const editDraft = page(
  root,
  '/campaigns/$id/edit',
  async () => (await import('./campaigns/composer/compose-page.tsx')).EditDraftPage,
);
const me = page(root, '/me', async () => (await import('./people/me/me.tsx')).MePage);
const settings = page(root, '/settings', async () => (await import('./shell/sub-nav.tsx')).SettingsPage);
const settingsPages = [
  first(settings, '/settings/callback'),
  createRoute({
    getParentRoute: () => settings,
    path: '/contacts',
    beforeLoad: () => {
      throw redirect({ to: '/contacts' });
    },
  }),
  page(settings, '/callback', async () => (await import('./callbacks/settings-callback.tsx')).CallbackSettings),
  page(settings, '/callback/$id', async () => (await import('./callbacks/endpoint.tsx')).EndpointPage, 'tab', 'delivery'),
  page(settings, '/deliveries/$id', async () => (await import('./callbacks/delivery.tsx')).DeliveryPage),
  page(settings, '/keys', async () => (await import('./people/settings-keys.tsx')).KeysSettings),
  page(settings, '/sender', async () => (await import('./sending/settings-sender.tsx')).SenderSettings),
  page(settings, '/spend', async () => (await import('./accounts/spend.tsx')).SpendSettings),
  page(settings, '/keywords', async () => (await import('./replies/settings-keywords.tsx')).KeywordsSettings),
  page(settings, '/canned', async () => (await import('./conversations/settings-canned.tsx')).CannedSettings),
  page(settings, '/policies', async () => (await import('./sending/settings-policies.tsx')).PoliciesSettings),
  page(settings, '/out-of-hours', async () => (await import('./replies/settings-out-of-hours.tsx')).OutOfHoursSettings),
  page(settings, '/retention', async () => (await import('./contacts/settings-retention.tsx')).RetentionSettings),
  page(settings, '/opt-outs', async () => (await import('./contacts/settings-opt-outs.tsx')).OptOutsSettings),
  page(settings, '/numbers', async () => (await import('./numbers/settings-numbers.tsx')).NumbersSettings),
  page(settings, '/privacy', async () => (await import('./contacts/settings-privacy.tsx')).PrivacySettings),
  page(settings, '/sign-on', async () => (await import('./people/sign-on-settings.tsx')).SignOnSettings),
  page(settings, '/team', async () => (await import('./people/settings-team.tsx')).TeamSettings),
  page(settings, '/audit', async () => (await import('./people/audit.tsx')).AuditSettings),
] as const;
const operator = page(root, '/operator', async () => (await import('./shell/sub-nav.tsx')).OperatorPage);
const operatorPages = [
  first(operator, '/operator/status'),
  page(operator, '/status', async () => (await import('./carriers/operator-status.tsx')).StatusPage),
  page(operator, '/requests', async () => (await import('./accounts/operator-requests.tsx')).RequestsPage),
  page(operator, '/accounts', async () => (await import('./accounts/operator-accounts.tsx')).AccountsPage),
  page(operator, '/accounts/$id', async () => (await import('./accounts/operator-account.tsx')).AccountPage),
  page(operator, '/carriers', async () => (await import('./carriers/operator-carriers.tsx')).CarriersPage),
  page(operator, '/carriers/new', async () => (await import('./carriers/operator-carrier.tsx')).NewCarrierPage),
  page(operator, '/carriers/$id', async () => (await import('./carriers/operator-carrier.tsx')).CarrierPage),
  page(operator, '/routes', async () => (await import('./carriers/operator-routing.tsx')).RoutesPage),
  page(operator, '/numbers', async () => (await import('./numbers/operator-numbers.tsx')).OperatorNumbersPage),
  page(operator, '/prices', async () => (await import('./numbers/operator-prices.tsx')).PricesPage),
  page(operator, '/syncs', async () => (await import('./lowcost/operator-syncs.tsx')).SyncsPage),
  page(operator, '/unattributed', async () => (await import('./replies/operator-unattributed.tsx')).UnattributedPage),
  page(operator, '/countries', async () => (await import('./numbers/operator-countries.tsx')).CountriesPage),
  page(operator, '/endpoints', async () => (await import('./callbacks/operator-endpoints.tsx')).TroubledPage),
  page(operator, '/endpoints/$id', async () => (await import('./callbacks/operator-endpoints.tsx')).TroubledEndpoint),
  page(operator, '/mail', async () => (await import('./mail/operator-mail.tsx')).MailPage),
  page(operator, '/alarms', async () => (await import('./carriers/operator-alarms.tsx')).AlarmsPage),
  page(operator, '/sign-on', async () => (await import('./people/sign-on-settings.tsx')).OperatorSignOn),
  page(operator, '/ledger', async () => (await import('./callbacks/operator-ledger.tsx')).LedgerPage),
  page(operator, '/audit', async () => (await import('./people/audit.tsx')).OperatorAuditPage),
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
