import { createRootRoute, createRoute, createRouter, lazyRouteComponent as lazy, redirect } from '@tanstack/react-router';
import { Shell } from './shell.tsx';
import { NotFetched, PageFailed } from './ui/not-loaded.tsx';
import { NotThere } from './ui/not-found.tsx';
import { loadMoreWords } from './i18n/dictionary.ts';

/** The router reloads for a file that is missing, even without a connection; of an error by another name it tells the page. */
const spare: typeof lazy = (load, name) =>
  lazy(
    () =>
      load().catch((error: unknown) => {
        throw new NotFetched(error);
      }),
    name,
  );

/** A page, and the words that it says. One of which a test knows that it says no more than the chat does is `spare`. */
const lazyRouteComponent: typeof lazy = (load, name) =>
  spare(async () => {
    const [page] = await Promise.all([load(), loadMoreWords()]);
    return page;
  }, name);

const root = createRootRoute({ component: Shell, notFoundComponent: NotThere });
/** Where nobody is for long: the shell knows where each begins. */
const home = createRoute({ getParentRoute: () => root, path: '/' });
const start = createRoute({
  getParentRoute: () => root,
  path: '/start',
  validateSearch: ({ campaign }): { campaign?: string } => (typeof campaign === 'string' ? { campaign } : {}),
  component: lazyRouteComponent(() => import('./getting-started.tsx'), 'StartPage'),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: spare(() => import('./people/choose-password.tsx'), 'InvitationPage'),
});
const forgotten = createRoute({
  getParentRoute: () => root,
  path: '/forgotten',
  component: lazyRouteComponent(() => import('./people/forgot-password.tsx'), 'ForgottenPage'),
});
const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/password',
  component: spare(() => import('./people/choose-password.tsx'), 'NewPasswordPage'),
});
const chat = createRoute({
  getParentRoute: () => root,
  path: '/chat',
  component: spare(() => import('./conversations/chat.tsx'), 'ChatPage'),
});
const conversation = createRoute({
  getParentRoute: () => chat,
  path: '/$id',
  component: spare(() => import('./conversations/thread.tsx'), 'ThreadPage'),
});
const newConversation = createRoute({
  getParentRoute: () => chat,
  path: '/new',
  component: spare(() => import('./conversations/new-conversation.tsx'), 'NewConversationPage'),
});
const replies = createRoute({
  getParentRoute: () => root,
  path: '/replies',
  component: lazyRouteComponent(() => import('./replies/replies.tsx'), 'RepliesPage'),
});
const campaigns = createRoute({
  getParentRoute: () => root,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('./campaigns/campaigns.tsx'), 'CampaignsPage'),
});
const analytics = createRoute({
  getParentRoute: () => root,
  path: '/analytics',
  component: lazyRouteComponent(() => import('./campaigns/analytics.tsx'), 'AnalyticsPage'),
});
const newCampaign = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/new',
  validateSearch: ({ from }): { from?: string } => (typeof from === 'string' ? { from } : {}),
  component: lazyRouteComponent(() => import('./campaigns/composer/new-campaign.tsx'), 'NewCampaignPage'),
});
const campaign = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/$id',
  component: lazyRouteComponent(() => import('./campaigns/campaign.tsx'), 'CampaignPage'),
});
const editDraft = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/$id/edit',
  component: lazyRouteComponent(() => import('./campaigns/composer/edit-draft.tsx'), 'EditDraftPage'),
});
const me = createRoute({
  getParentRoute: () => root,
  path: '/me',
  component: lazyRouteComponent(() => import('./people/me.tsx'), 'MePage'),
});
/** Pages under one heading: the file of each is loaded when it is opened. */
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings.tsx'), 'SettingsPage'),
});
const settingsPages = [
  createRoute({
    getParentRoute: () => settings,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/settings/callback' });
    },
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/callback',
    component: lazyRouteComponent(() => import('./callbacks/settings-callback.tsx'), 'CallbackSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/callback/$id',
    component: lazyRouteComponent(() => import('./callbacks/endpoint.tsx'), 'EndpointPage'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/deliveries/$id',
    component: lazyRouteComponent(() => import('./callbacks/delivery.tsx'), 'DeliveryPage'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/keys',
    component: lazyRouteComponent(() => import('./people/settings-keys.tsx'), 'KeysSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/sender',
    component: lazyRouteComponent(() => import('./sending/settings-sender.tsx'), 'SenderSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/keywords',
    component: lazyRouteComponent(() => import('./replies/settings-keywords.tsx'), 'KeywordsSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/canned',
    component: lazyRouteComponent(() => import('./conversations/settings-canned.tsx'), 'CannedSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/policies',
    component: lazyRouteComponent(() => import('./sending/settings-policies.tsx'), 'PoliciesSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/out-of-hours',
    component: lazyRouteComponent(() => import('./replies/settings-out-of-hours.tsx'), 'OutOfHoursSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/retention',
    component: lazyRouteComponent(() => import('./contacts/settings-retention.tsx'), 'RetentionSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/opt-outs',
    component: lazyRouteComponent(() => import('./contacts/settings-opt-outs.tsx'), 'OptOutsSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/numbers',
    component: lazyRouteComponent(() => import('./numbers/settings-numbers.tsx'), 'NumbersSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/privacy',
    component: lazyRouteComponent(() => import('./contacts/settings-privacy.tsx'), 'PrivacySettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/team',
    component: lazyRouteComponent(() => import('./people/settings-team.tsx'), 'TeamSettings'),
  }),
] as const;
const operator = createRoute({
  getParentRoute: () => root,
  path: '/operator',
  component: lazyRouteComponent(() => import('./operator.tsx'), 'OperatorPage'),
});
const operatorPages = [
  createRoute({
    getParentRoute: () => operator,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/operator/requests' });
    },
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/requests',
    component: lazyRouteComponent(() => import('./accounts/operator-requests.tsx'), 'RequestsPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/accounts',
    component: lazyRouteComponent(() => import('./accounts/operator-accounts.tsx'), 'AccountsPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/accounts/$id',
    component: lazyRouteComponent(() => import('./accounts/operator-account.tsx'), 'AccountPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/carriers',
    component: lazyRouteComponent(() => import('./carriers/operator-carriers.tsx'), 'CarriersPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/carriers/new',
    component: lazyRouteComponent(() => import('./carriers/operator-carrier.tsx'), 'NewCarrierPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/carriers/$id',
    component: lazyRouteComponent(() => import('./carriers/operator-carrier.tsx'), 'CarrierPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/routes',
    component: lazyRouteComponent(() => import('./carriers/operator-routing.tsx'), 'RoutesPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/numbers',
    component: lazyRouteComponent(() => import('./numbers/operator-numbers.tsx'), 'OperatorNumbersPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/prices',
    component: lazyRouteComponent(() => import('./numbers/operator-prices.tsx'), 'PricesPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/syncs',
    component: lazyRouteComponent(() => import('./lowcost/operator-syncs.tsx'), 'SyncsPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/unattributed',
    component: lazyRouteComponent(() => import('./replies/operator-unattributed.tsx'), 'UnattributedPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/countries',
    component: lazyRouteComponent(() => import('./numbers/operator-countries.tsx'), 'CountriesPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/endpoints',
    component: lazyRouteComponent(() => import('./callbacks/operator-endpoints.tsx'), 'TroubledPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/mail',
    component: lazyRouteComponent(() => import('./mail/operator-mail.tsx'), 'MailPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/alarms',
    component: lazyRouteComponent(() => import('./carriers/operator-alarms.tsx'), 'AlarmsPage'),
  }),
  createRoute({
    getParentRoute: () => operator,
    path: '/ledger',
    component: lazyRouteComponent(() => import('./callbacks/operator-ledger.tsx'), 'LedgerPage'),
  }),
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
    analytics,
    newCampaign,
    campaign,
    editDraft,
    me,
    settings.addChildren(settingsPages),
    operator.addChildren(operatorPages),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: PageFailed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
