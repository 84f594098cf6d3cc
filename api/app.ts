import { except } from 'hono/combine';
import { compress } from 'hono/compress';
import { secureHeaders } from 'hono/secure-headers';
import { actingFrom, audited } from './http/audited.ts';
import { accountOnly, operatorOnly } from './http/auth.ts';
import { limitBody, wellFormedBody } from './http/body.ts';
import { limitRequests } from './limits/request-limits.ts';
import { serveConsole } from './http/serve-console.ts';
import { DOCS_POLICY, docsPage } from './reference/docs.ts';
import { documentOf } from './reference/document.ts';
import { markdownPages } from './reference/pages.ts';
import { securityTxt } from './reference/security-txt.ts';
import { running } from './http/health.ts';
import { idempotent } from './http/idempotency.ts';
import { requestLog, traceRequests } from './http/log.ts';
import { createMetrics, requestMetrics } from './http/metrics.ts';
import { createClientAddress } from './http/network-address.ts';
import { translateErrors } from './http/problem.ts';
import type { ApiServices } from './services.ts';
import { sessionRoutes } from './people/session.ts';
import { foreignApis } from './dialects/dialects.ts';
import { confirmAddress, unsubscribe } from './mail/mail-links.ts';
import { webhooks } from './carriers/carrier-webhooks.ts';
import { accountRoutes, operatorAccountRoutes } from './accounts/account-routes.ts';
import { callbackRoutes, operatorCallbackRoutes } from './callbacks/callback-routes.ts';
import { campaignRoutes, operatorCampaignRoutes } from './campaigns/campaign-routes.ts';
import { operatorCarrierRoutes } from './carriers/carrier-routes.ts';
import { contactRoutes } from './contacts/contact-routes.ts';
import { conversationRoutes } from './conversations/conversation-routes.ts';
import { operatorLowcostRoutes } from './lowcost/lowcost-routes.ts';
import { mailRoutes, operatorMailRoutes } from './mail/mail-routes.ts';
import { numberRoutes, operatorNumberRoutes } from './numbers/number-routes.ts';
import { peopleRoutes, operatorPeopleRoutes } from './people/people-routes.ts';
import { replyRoutes, operatorReplyRoutes } from './replies/reply-routes.ts';
import { replySettingRoutes, operatorReplySettingRoutes } from './reply-settings/reply-setting-routes.ts';
import { sendingRoutes, operatorSendingRoutes } from './sending/sending-routes.ts';
import { forAccounts, forAnyone } from './http/route.ts';

const accountApi = (services: ApiServices) => {
  const app = forAccounts();
  app.use(accountOnly(services), limitRequests(services), audited(services));
  // Lists are streamed, with a limit of their own.
  app.use(except(['/v1/campaigns/:id/recipients', '/v1/lists/:id/rows'], limitBody(services.bodyLimitBytes), wellFormedBody));
  app.on(
    'POST',
    ['/campaigns', '/messages', '/messages/bulk', '/conversations', '/conversations/:id/messages'],
    idempotent(services),
  );
  return app
    .route('/', accountRoutes(services))
    .route('/', callbackRoutes(services))
    .route('/', campaignRoutes(services))
    .route('/', contactRoutes(services))
    .route('/', conversationRoutes(services))
    .route('/', mailRoutes(services))
    .route('/', numberRoutes(services))
    .route('/', peopleRoutes(services))
    .route('/', replyRoutes(services))
    .route('/', replySettingRoutes(services))
    .route('/', sendingRoutes(services));
};

const forOperators = (services: ApiServices) => {
  const app = forAnyone();
  app.use(operatorOnly(services), limitRequests(services), audited(services), limitBody(services.bodyLimitBytes), wellFormedBody);
  const routes = app
    .route('/', operatorAccountRoutes(services))
    .route('/', operatorCallbackRoutes(services))
    .route('/', operatorCampaignRoutes(services))
    .route('/', operatorCarrierRoutes(services))
    .route('/', operatorLowcostRoutes(services))
    .route('/', operatorMailRoutes(services))
    .route('/', operatorNumberRoutes(services))
    .route('/', operatorPeopleRoutes(services))
    .route('/', operatorReplyRoutes(services))
    .route('/', operatorReplySettingRoutes(services))
    .route('/', operatorSendingRoutes(services));
  // Otherwise an unknown address falls through to the account's routes and is refused for its key.
  routes.all('*', (c) => c.notFound());
  return routes;
};

/** Content-Security-Policy of answers that are not pages. */
const NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** The HTTP API. It stores and answers; longer work is a workflow's. */
export const createApi = (services: ApiServices) => {
  const metrics = services.metrics ?? createMetrics();
  const app = forAnyone();
  const traced = traceRequests(services.tracing);
  app.use('/v1/*', traced).use('/api/*', traced).use('/webhooks/*', traced);
  app.use(
    requestLog(services),
    requestMetrics(metrics),
    secureHeaders({ strictTransportSecurity: 'max-age=31536000; includeSubDomains' }),
  );
  const from = actingFrom(createClientAddress(services.trustedProxies ?? []));
  app.use('/v1/*', from).use('/api/*', from);
  translateErrors(app);
  // No caching; answers that are not pages may load nothing.
  app.use(async (c, next) => {
    await next();
    if (c.req.path.startsWith('/v1/') && !c.res.headers.has('cache-control')) c.header('Cache-Control', 'no-store');
    if (!c.res.headers.has('content-security-policy')) c.header('Content-Security-Policy', NOTHING);
  });
  // Compress lists. Secrets are answered only to POST, so that compressed lengths reveal none.
  app.on('GET', '/v1/*', compress({ contentTypeFilter: /^application\/json/ }));
  // First: these paths lie below ours, and have their own form of errors.
  const foreign = foreignApis(services);
  for (const each of foreign) app.route(each.path, each.app);

  const api = app
    .route('/', running(services))
    .route('/webhooks', webhooks(services))
    .route('/unsubscribe', unsubscribe(services))
    .route('/confirm-address', confirmAddress(services))
    .route('/v1/session', sessionRoutes(services))
    .route('/v1/operator', forOperators(services))
    .route('/v1', accountApi(services));

  const described = once(() => documentOf(api));
  const page = once(() => docsPage(described(), foreign));
  api.get('/openapi.json', (c) => c.json(described(), 200));
  api.get('/.well-known/security.txt', (c) => {
    if (!services.securityContact) return c.notFound();
    return c.text(securityTxt(services.securityContact, services.publicUrl, new Date()), 200);
  });
  api.get('/docs', (c) => {
    c.header('Content-Security-Policy', DOCS_POLICY);
    return c.html(page());
  });
  api.get('/docs/*', markdownPages(services.docsFolder));
  serveConsole(api, services.consoleFolder);
  return api;
};

/** Makes the value on first use. */
const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

export type ApiType = ReturnType<typeof createApi>;
