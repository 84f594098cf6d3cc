import { OpenAPIHono } from '@hono/zod-openapi';
import { except } from 'hono/combine';
import { secureHeaders } from 'hono/secure-headers';
import { account } from './accounts/account.ts';
import { accountOnly, operatorOnly } from './http/auth.ts';
import { limitBody, wellFormedBody } from './http/body.ts';
import { callbackEndpoints } from './callbacks/callback-endpoints.ts';
import { campaignResults } from './campaigns/campaign-results.ts';
import { campaigns } from './campaigns/campaigns.ts';
import { draftChanges } from './campaigns/change-draft.ts';
import { serveConsole } from './http/serve-console.ts';
import { contactsCsv } from './contacts/contacts-csv.ts';
import { contacts } from './contacts/contacts.ts';
import { analytics } from './campaigns/analytics.ts';
import { cannedAnswers } from './conversations/canned-answers.ts';
import { conversationEntries } from './conversations/conversation-entries.ts';
import { conversationPeople } from './conversations/conversation-people.ts';
import { conversationStart } from './conversations/conversation-start.ts';
import { conversations } from './conversations/conversations.ts';
import { countries, operatorCountries } from './numbers/countries.ts';
import { deliveries } from './callbacks/deliveries.ts';
import { DOCS_POLICY, docsPage } from './reference/docs.ts';
import { documentOf } from './reference/document.ts';
import { drafts } from './campaigns/drafts.ts';
import { endpointHealth } from './callbacks/endpoint-health.ts';
import { endpointSecrets } from './callbacks/endpoint-secrets.ts';
import { endpointStates } from './callbacks/endpoint-states.ts';
import { endpointTest } from './callbacks/endpoint-test.ts';
import { eventsRoutes } from './callbacks/events.ts';
import { running } from './http/health.ts';
import { idempotent } from './http/idempotency.ts';
import { invalid } from './http/invalid.ts';
import { requestLog } from './http/log.ts';
import { keywordRules } from './replies/keyword-rules.ts';
import { keys } from './people/keys.ts';
import { listPreviews } from './campaigns/list-preview.ts';
import { lists } from './campaigns/lists.ts';
import { mailSuppressions, operatorMailSuppressions } from './mail/mail-suppressions.ts';
import { messages } from './sending/messages.ts';
import { createMetrics, requestMetrics } from './http/metrics.ts';
import { numbers } from './numbers/numbers.ts';
import { operatorAlarms } from './carriers/operator-alarms.ts';
import { operatorRoutingTable } from './carriers/operator-routing.ts';
import { operatorLinks } from './callbacks/operator-links.ts';
import { operatorLines } from './carriers/operator-lines.ts';
import { operatorAccounts } from './accounts/operator-accounts.ts';
import { operatorCarrierTypes } from './carriers/operator-carrier-types.ts';
import { operatorCarriers } from './carriers/operator-carriers.ts';
import { operatorEndpoints } from './callbacks/operator-endpoints.ts';
import { operatorInDoubt } from './sending/operator-in-doubt.ts';
import { operatorRestores } from './sending/operator-restores.ts';
import { operatorKeys } from './people/operator-keys.ts';
import { operatorLatency } from './campaigns/operator-latency.ts';
import { operatorLedger } from './callbacks/operator-ledger.ts';
import { operatorMail } from './mail/operator-mail.ts';
import { operatorNumbers } from './numbers/operator-numbers.ts';
import { operatorPlatform } from './accounts/operator-platform.ts';
import { operatorPrices } from './numbers/operator-prices.ts';
import { operatorSettingRequests } from './reply-settings/operator-setting-requests.ts';
import { operatorSyncs } from './lowcost/operator-syncs.ts';
import { operatorTwoWay } from './accounts/operator-two-way.ts';
import { operatorUnattributed } from './replies/operator-unattributed.ts';
import { operatorUsers } from './people/operator-users.ts';
import { optOuts } from './contacts/opt-outs.ts';
import { outOfHours } from './replies/out-of-hours.ts';
import { brands, operatorBrands } from './accounts/brands.ts';
import { operatorSpendLimits, spendLimits } from './sending/spend-limits.ts';
import { policies } from './sending/policies.ts';
import { previews } from './campaigns/preview.ts';
import { translateErrors } from './http/problem.ts';
import { replays } from './callbacks/replays.ts';
import { operatorAttribution, replyAttribution } from './replies/reply-attribution.ts';
import { replies } from './replies/replies.ts';
import { repliesExport } from './replies/replies-export.ts';
import { replyViews } from './replies/reply-views.ts';
import { replySettingsRoutes } from './reply-settings/reply-settings.ts';
import type { AccountEnv, ApiEnv, ApiServices } from './services.ts';
import { savedLists } from './campaigns/saved-lists.ts';
import { sessionRoutes } from './people/session.ts';
import { settingRequests } from './reply-settings/setting-requests.ts';
import { simulation } from './numbers/simulation.ts';
import { stream } from './conversations/live-stream.ts';
import { twoWay } from './accounts/two-way.ts';
import { unsubscribe } from './mail/unsubscribe.ts';
import { users } from './people/users.ts';
import { webhooks } from './carriers/carrier-webhooks.ts';

/** What an account's key opens. */
const accountRoutes = (services: ApiServices) => {
  const app = new OpenAPIHono<AccountEnv>({ defaultHook: invalid });
  app.use(accountOnly(services));
  // A list is read as it comes, by a limit of its own.
  app.use(except(['/v1/campaigns/:id/recipients', '/v1/lists/:id/rows'], limitBody(services.bodyLimitBytes), wellFormedBody));
  app.on('POST', ['/campaigns', '/messages', '/conversations', '/conversations/:id/messages'], idempotent(services));
  return app
    .route('/', campaigns(services))
    .route('/', campaignResults(services))
    .route('/', previews(services))
    .route('/', listPreviews(services))
    .route('/', drafts(services))
    .route('/', draftChanges(services))
    .route('/', lists(services))
    .route('/', savedLists(services))
    .route('/', messages(services))
    .route('/', replies(services))
    .route('/', replyAttribution(services))
    .route('/', optOuts(services))
    .route('/', policies(services))
    .route('/', spendLimits(services))
    .route('/', brands(services))
    .route('/', keywordRules(services))
    .route('/', contacts(services))
    .route('/', contactsCsv(services))
    .route('/', conversations(services))
    .route('/', conversationStart(services))
    .route('/', conversationEntries(services))
    .route('/', conversationPeople(services))
    .route('/', cannedAnswers(services))
    .route('/', outOfHours(services))
    .route('/', analytics(services))
    .route('/', replySettingsRoutes(services))
    .route('/', settingRequests(services))
    .route('/', mailSuppressions(services))
    .route('/', callbackEndpoints(services))
    .route('/', endpointSecrets(services))
    .route('/', endpointHealth(services))
    .route('/', endpointStates(services))
    .route('/', endpointTest(services))
    .route('/', deliveries(services))
    .route('/', replays(services))
    .route('/', eventsRoutes(services))
    .route('/', repliesExport(services))
    .route('/', replyViews(services))
    .route('/', stream(services))
    .route('/', numbers(services))
    .route('/', countries(services))
    .route('/', users(services))
    .route('/', keys(services))
    .route('/', account(services))
    .route('/', simulation(services))
    .route('/', twoWay(services));
};

/** What an operator's key opens. */
const operatorRoutes = (services: ApiServices) => {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: invalid });
  app.use(operatorOnly(services), limitBody(services.bodyLimitBytes), wellFormedBody);
  const routes = app
    .route('/', operatorAccounts(services))
    .route('/', operatorLatency(services))
    .route('/', operatorUsers(services))
    .route('/', operatorTwoWay(services))
    .route('/', operatorSettingRequests(services))
    .route('/', operatorPlatform(services))
    .route('/', operatorKeys(services))
    .route('/', operatorCarriers(services))
    .route('/', operatorCarrierTypes(services))
    .route('/', operatorLinks(services))
    .route('/', operatorNumbers(services))
    .route('/', operatorPrices(services))
    .route('/', operatorSpendLimits(services))
    .route('/', operatorBrands(services))
    .route('/', operatorCountries(services))
    .route('/', operatorSyncs(services))
    .route('/', operatorUnattributed(services))
    .route('/', operatorAttribution(services))
    .route('/', operatorEndpoints(services))
    .route('/', operatorMail(services))
    .route('/', operatorMailSuppressions(services))
    .route('/', operatorInDoubt(services))
    .route('/', operatorRestores(services))
    .route('/', operatorAlarms(services))
    .route('/', operatorLines(services))
    .route('/', operatorRoutingTable(services))
    .route('/', operatorLedger(services));
  // Or an address that does not exist would fall through to the account's routes, and be refused there for its key.
  routes.all('*', (c) => c.notFound());
  return routes;
};

/** The HTTP API. Stores and answers; what takes longer is a run's. */
export const createApi = (services: ApiServices) => {
  const metrics = services.metrics ?? createMetrics();
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: invalid });
  app.use(requestLog(services.log), requestMetrics(metrics), secureHeaders());
  translateErrors(app);

  const api = app
    .route('/', running(services))
    .route('/webhooks', webhooks(services))
    .route('/unsubscribe', unsubscribe(services))
    .route('/v1/session', sessionRoutes(services))
    .route('/v1/operator', operatorRoutes(services))
    .route('/v1', accountRoutes(services));

  const described = once(() => documentOf(api));
  const page = once(() => docsPage(described()));
  api.get('/openapi.json', (c) => c.json(described(), 200));
  api.get('/docs', (c) => {
    c.header('Content-Security-Policy', DOCS_POLICY);
    return c.html(page());
  });
  serveConsole(api, services.consoleFolder);
  return api;
};

/** Made when it is first asked for. */
const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** For `hc<ApiType>`. */
export type ApiType = ReturnType<typeof createApi>;
