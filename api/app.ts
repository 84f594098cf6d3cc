import { OpenAPIHono } from '@hono/zod-openapi';
import { except } from 'hono/combine';
import { secureHeaders } from 'hono/secure-headers';
import { account } from './account.ts';
import { accountOnly, operatorOnly } from './auth.ts';
import { limitBody, wellFormedBody } from './body.ts';
import { callbackEndpoints } from './callback-endpoints.ts';
import { campaignResults } from './campaign-results.ts';
import { campaigns } from './campaigns.ts';
import { draftChanges } from './change-draft.ts';
import { serveConsole } from './console.ts';
import { contactsCsv } from './contacts-csv.ts';
import { contacts } from './contacts.ts';
import { analytics } from './analytics.ts';
import { cannedAnswers } from './canned-answers.ts';
import { conversationEntries } from './conversation-entries.ts';
import { conversationPeople } from './conversation-people.ts';
import { conversationStart } from './conversation-start.ts';
import { conversations } from './conversations.ts';
import { countries, operatorCountries } from './countries.ts';
import { deliveries } from './deliveries.ts';
import { DOCS_POLICY, docsPage } from './docs.ts';
import { documentOf } from './document.ts';
import { drafts } from './drafts.ts';
import { endpointHealth } from './endpoint-health.ts';
import { endpointSecrets } from './endpoint-secrets.ts';
import { endpointStates } from './endpoint-states.ts';
import { endpointTest } from './endpoint-test.ts';
import { eventsRoutes } from './events.ts';
import { running } from './health.ts';
import { idempotent } from './idempotency.ts';
import { invalid } from './invalid.ts';
import { requestLog } from './log.ts';
import { keywordRules } from './keyword-rules.ts';
import { keys } from './keys.ts';
import { listPreviews } from './list-preview.ts';
import { lists } from './lists.ts';
import { mailSuppressions, operatorMailSuppressions } from './mail-suppressions.ts';
import { messages } from './messages.ts';
import { createMetrics, requestMetrics } from './metrics.ts';
import { numbers } from './numbers.ts';
import { operatorAlarms } from './operator-alarms.ts';
import { operatorRoutingTable } from './operator-routes.ts';
import { operatorLinks } from './operator-links.ts';
import { operatorLines } from './operator-lines.ts';
import { operatorAccounts } from './operator-accounts.ts';
import { operatorCarrierTypes } from './operator-carrier-types.ts';
import { operatorCarriers } from './operator-carriers.ts';
import { operatorEndpoints } from './operator-endpoints.ts';
import { operatorInDoubt } from './operator-in-doubt.ts';
import { operatorRestores } from './operator-restores.ts';
import { operatorKeys } from './operator-keys.ts';
import { operatorLatency } from './operator-latency.ts';
import { operatorLedger } from './operator-ledger.ts';
import { operatorMail } from './operator-mail.ts';
import { operatorNumbers } from './operator-numbers.ts';
import { operatorPlatform } from './operator-platform.ts';
import { operatorPrices } from './operator-prices.ts';
import { operatorSettingRequests } from './operator-setting-requests.ts';
import { operatorSyncs } from './operator-syncs.ts';
import { operatorTwoWay } from './operator-two-way.ts';
import { operatorUnattributed } from './operator-unattributed.ts';
import { operatorUsers } from './operator-users.ts';
import { optOuts } from './opt-outs.ts';
import { outOfHours } from './out-of-hours.ts';
import { brands, operatorBrands } from './brands.ts';
import { operatorSpendLimits, spendLimits } from './spend-limits.ts';
import { policies } from './policies.ts';
import { previews } from './preview.ts';
import { translateErrors } from './problem.ts';
import { replays } from './replays.ts';
import { operatorAttribution, replyAttribution } from './reply-attribution.ts';
import { replies } from './replies.ts';
import { repliesExport } from './replies-export.ts';
import { replyViews } from './reply-views.ts';
import { replySettingsRoutes } from './reply-settings.ts';
import type { AccountEnv, ApiEnv, ApiServices } from './services.ts';
import { savedLists } from './saved-lists.ts';
import { sessionRoutes } from './session.ts';
import { settingRequests } from './setting-requests.ts';
import { simulation } from './simulation.ts';
import { stream } from './stream.ts';
import { twoWay } from './two-way.ts';
import { unsubscribe } from './unsubscribe.ts';
import { users } from './users.ts';
import { webhooks } from './webhooks.ts';

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
