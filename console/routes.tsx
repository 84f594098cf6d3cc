import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { InvitationPage } from './invitation.tsx';
import { Shell } from './shell.tsx';
import { NotThere } from './not-there.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotThere });
const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/chat' });
  },
});
const invitation = createRoute({ getParentRoute: () => root, path: '/invitation', component: InvitationPage });
const chat = createRoute({
  getParentRoute: () => root,
  path: '/chat',
  component: lazyRouteComponent(() => import('./chat.tsx'), 'ChatPage'),
});
const conversation = createRoute({
  getParentRoute: () => chat,
  path: '/$id',
  component: lazyRouteComponent(() => import('./thread.tsx'), 'ThreadPage'),
});
const replies = createRoute({
  getParentRoute: () => root,
  path: '/replies',
  component: lazyRouteComponent(() => import('./replies.tsx'), 'RepliesPage'),
});
const campaigns = createRoute({
  getParentRoute: () => root,
  path: '/campaigns',
  component: lazyRouteComponent(() => import('./campaigns.tsx'), 'CampaignsPage'),
});
const newCampaign = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/new',
  component: lazyRouteComponent(() => import('./new-campaign.tsx'), 'NewCampaignPage'),
});
const campaign = createRoute({
  getParentRoute: () => root,
  path: '/campaigns/$id',
  component: lazyRouteComponent(() => import('./campaign.tsx'), 'CampaignPage'),
});
const operator = createRoute({
  getParentRoute: () => root,
  path: '/operator',
  component: lazyRouteComponent(() => import('./operator.tsx'), 'OperatorPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    invitation,
    chat.addChildren([conversation]),
    replies,
    campaigns,
    newCampaign,
    campaign,
    operator,
  ]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
