import { Hono, type Context } from 'hono';
import { AppError } from '../../../domain/problems/errors.ts';
import { isUnreachable } from '../../../database/sql.ts';
import { limitBody } from '../../http/body.ts';
import { describeError } from '../../http/log.ts';
import type { AccountEnv, ApiServices } from '../../services.ts';
import { limitRequests } from '../../limits/request-limits.ts';
import { foreignCaller } from '../foreign-caller.ts';
import { creditOf, euros, segmentsFor } from '../foreign-credit.ts';
import { FOREIGN_BODY_BYTES } from '../foreign-limits.ts';
import { OctopushError, octopushError } from '../octopush/refusals.ts';
import { cancelCampaign, createOnTag, sendOnTag, showDraft, showOnTag, ticketOf } from './campaigns.ts';
import { editParameters, showParameters } from './campaign-parameters.ts';
import { createContacts, deleteContacts, emptyList, listNameOf } from './contacts.ts';
import { listConversations, listMessages } from './conversations.ts';
import { objectOf, sendCampaign, sentStatus, type Fields } from './send.ts';

/** All refusals take the form that V2 clients read. */
function refuse(c: Context<AccountEnv>, error: Error): Response {
  const known = error instanceof AppError ? octopushError(error) : error;
  if (known instanceof OctopushError) return answerError(c, known);
  const away = isUnreachable(error);
  c.get('log')[away ? 'warn' : 'error'](
    { error: describeError(error) },
    away ? 'the database is out of reach' : 'request failed',
  );
  return answerError(c, octopushError(new AppError(away ? 'try-later' : 'internal')));
}

function answerError(c: Context, { code, message, status }: OctopushError): Response {
  if (status === 429 || status === 503) c.header('Retry-After', '5');
  return c.json({ code, message }, status);
}
const tooLarge = (c: Context): Response => answerError(c, new OctopushError(500, 'The request is too large.', 413));

/** The request's JSON object, from body or query. Throws for anything else. */
async function bodyOf(c: Context): Promise<Fields> {
  const sent = await c.req.text();
  try {
    const read = objectOf(sent.trim() === '' ? c.req.query() : JSON.parse(sent));
    if (Object.keys(read).length > 0) return read;
  } catch {
    // Refused below, like an empty object.
  }
  throw new OctopushError(100);
}

const ROUTES = { premium: 'premium_sms', lowcost: 'low_cost_sms' } as const;

/** With and without a trailing slash. */
const both = (path: string): string[] => [path, `${path}/`];

/** `/v1/public`: Octopush's V2 API. */
export function octopushV2(services: ApiServices): Hono<AccountEnv> {
  const app = new Hono<AccountEnv>();
  app.onError((error, c) => refuse(c, error));
  app.use(limitBody(FOREIGN_BODY_BYTES, tooLarge));
  app.use(async (c, next) => {
    await foreignCaller(c, services, c.req.header('api-login') ?? '', c.req.header('api-key') ?? '');
    await next();
  }, limitRequests(services));

  app.on('POST', [...both('/sms-campaign/send'), ...both('/sms-campaign/send-one-time')], async (c) => {
    const body = await bodyOf(c);
    return c.json(await sendCampaign(services, c.get('account'), body), sentStatus(body));
  });

  app.on('GET', both('/wallet/check-balance'), async (c) => {
    const { id } = c.get('account');
    const { product_name: product, country_code: country, with_details: details } = c.req.query();
    const credit = await creditOf(services, id);
    const route = product === 'sms_premium' ? 'premium' : product === 'sms_low_cost' ? 'lowcost' : null;
    const packs = /^(?:1|true)$/i.test(details ?? '')
      ? { wallet_packs: [{ wallet_pack_id: 1, credit: euros(credit), expiration_date: null }] }
      : {};
    if (route === null) return c.json({ amount: euros(credit), unit: 'euros', ...packs });
    const amount = await segmentsFor(services, id, credit, { route, country: country || 'FR' });
    return c.json({ amount: Math.floor(amount), unit: product, ...packs });
  });

  app.on('GET', both('/wallet/check-credits'), async (c) => {
    const { id } = c.get('account');
    const credit = await creditOf(services, id);
    const countries = c.req.queries('country_codes[]') ?? c.req.queries('country_codes') ?? ['FR'];
    const count = async (route: 'premium' | 'lowcost', country: string) =>
      Math.floor(await segmentsFor(services, id, credit, { route, country }));
    const lines = countries.slice(0, 300).map(async (country) => [
      country,
      {
        [ROUTES.premium]: await count('premium', country),
        vocal_sms: 0,
        [ROUTES.lowcost]: await count('lowcost', country),
        hlr: 0,
      },
    ]);
    return c.json(Object.fromEntries(await Promise.all(lines)));
  });

  app.on('PATCH', both('/user/campaign-parameters/edit'), async (c) => {
    await editParameters(services, c, await bodyOf(c));
    return c.json(await showParameters(services, c));
  });
  app.on('GET', [...both('/user/campaign-parameters'), ...both('/campaign/parameters')], async (c) =>
    c.json(await showParameters(services, c)),
  );

  contactRoutes(app, services);

  app.on('DELETE', both('/sms-campaign/cancel'), async (c) => {
    await cancelCampaign(services, c.get('account'), ticketOf({ ...c.req.query(), ...(await bodyOf(c)) }));
    return c.body(null, 204);
  });
  for (const on of ['/sms-campaign-on-list', '/sms-campaign-on-tag']) {
    app.on('POST', both(`${on}/create`), async (c) =>
      c.json(await createOnTag(services, c.get('account'), await bodyOf(c)), 201),
    );
    app.on('POST', both(`${on}/send`), async (c) =>
      c.json(await sendOnTag(services, c.get('account'), ticketOf({ ...c.req.query(), ...(await bodyOf(c)) }))),
    );
    app.on('GET', both(`${on}/status`), async (c) =>
      c.json(await showOnTag(services, c.get('account'), ticketOf(c.req.query()))),
    );
    app.on('DELETE', both(`${on}/cancel`), async (c) => {
      await cancelCampaign(services, c.get('account'), ticketOf({ ...c.req.query(), ...(await bodyOf(c)) }));
      return c.body(null, 204);
    });
  }
  app.on('GET', both('/sms-campaign/draft'), async (c) =>
    c.json(await showDraft(services, c.get('account'), ticketOf(c.req.query()))),
  );

  app.on('GET', both('/conversations/list'), async (c) =>
    c.json(await listConversations(services, c.get('account'), c.req.query())),
  );
  app.on('GET', both('/conversations/messages/list'), async (c) =>
    c.json(await listMessages(services, c.get('account'), c.req.query())),
  );

  app.all('*', (c) => answerError(c, new OctopushError(500, 'There is no such route here.', 404)));
  return app;
}

function contactRoutes(app: Hono<AccountEnv>, services: ApiServices): void {
  app.on('POST', both('/contact/create'), async (c) => {
    await createContacts(services, c.get('account'), await bodyOf(c));
    return c.json({}, 201);
  });
  app.on('DELETE', both('/contact/delete'), async (c) => {
    await deleteContacts(services, c.get('account'), await bodyOf(c));
    return c.body(null, 204);
  });
  app.on('POST', both('/contact-list/create'), async (c) => {
    listNameOf(await bodyOf(c));
    return c.json({}, 201);
  });
  app.on('POST', both('/contact-list/empty'), async (c) => {
    await emptyList(services, c.get('account'), await bodyOf(c));
    return c.json({}, 200);
  });
  app.on('DELETE', both('/contact-list/delete'), async (c) => {
    await emptyList(services, c.get('account'), await bodyOf(c));
    return c.body(null, 204);
  });
}
