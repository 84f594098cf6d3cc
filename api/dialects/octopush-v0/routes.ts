import { Hono, type Context } from 'hono';
import { isUnreachable } from '../../../database/sql.ts';
import { AppError } from '../../../domain/problems/errors.ts';
import { limitBody } from '../../http/body.ts';
import { describeError } from '../../http/log.ts';
import type { AccountEnv, ApiServices } from '../../services.ts';
import { limitRequests } from '../../limits/request-limits.ts';
import { foreignCaller } from '../foreign-caller.ts';
import { creditOf, euros, segmentsFor } from '../foreign-credit.ts';
import { FOREIGN_BODY_BYTES } from '../foreign-limits.ts';
import { OctopushError, octopushError, type OctopushCode } from '../octopush/refusals.ts';
import { setAnswerEmail } from '../octopush/reply-ways.ts';
import { codeText, xml, type Node } from './answers.ts';
import { parametersOf, type Parameters } from './parameters.ts';
import { send, type Sent } from './send.ts';

type C = Context<AccountEnv>;
/** An answer in both formats, without its code. */
type Answer = { json: Record<string, unknown>; xml: Node[] };

const wantsJson = (c: Context): boolean => /\/json\/?$/.test(c.req.path);

/** Always HTTP 200: clients read no code under another status. */
function answer(c: Context, code: OctopushCode | 0, { json, xml: nodes }: Answer = { json: {}, xml: [] }): Response {
  if (wantsJson(c)) return c.json({ error_code: codeText(code), ...json }, 200);
  return c.body(xml(code, nodes), 200, { 'Content-Type': 'text/xml; charset=utf-8' });
}

function refuse(c: C, error: Error): Response {
  if (error instanceof OctopushError) return answer(c, error.code);
  if (error instanceof AppError) return answer(c, octopushError(error).code);
  const away = isUnreachable(error);
  c.get('log')[away ? 'warn' : 'error'](
    { error: describeError(error) },
    away ? 'the database is out of reach' : 'request failed',
  );
  return answer(c, 125);
}

function sentAnswer({ successs, failures, ...sent }: Sent): Answer {
  const nodes = Object.entries(sent).map(([name, value]): Node => [name, value]);
  const rows = (name: string, each: readonly object[]): Node[] =>
    each.map((row) => [name, Object.entries(row).map(([field, value]): Node => [field, String(value)])]);
  const [first, second] = successs;
  return {
    json: { ...sent, failures, successs: first !== undefined && second === undefined ? first : successs },
    xml: [...nodes, ['successs', rows('success', successs)], ['failures', rows('failure', failures)]],
  };
}

/** `/api`: Octopush's V0 API. */
export function octopushV0(services: ApiServices): Hono<AccountEnv> {
  const app = bare();
  const limit = limitRequests(services);

  /** Registers a route with and without `/json` and a trailing slash, for GET and POST. */
  function on(name: string, work: (c: C, sent: Parameters) => Promise<Answer>): void {
    const paths = [`/${name}`, `/${name}/`, `/${name}/json`, `/${name}/json/`];
    app.on(['GET', 'POST'], paths, async (c) => {
      const sent = await parametersOf(c);
      if (Object.keys(sent).length === 0) throw new OctopushError(100);
      const { user_login: login = '', api_key: key = '' } = sent;
      if (login.trim() === '') throw new OctopushError(108);
      if (key.trim() === '') throw new OctopushError(109);
      await foreignCaller(c, services, login, key);
      let done: Answer | undefined;
      await limit(c, async () => {
        done = await work(c, sent);
      });
      return answer(c, 0, done);
    });
  }

  on('sms', async (c, sent) => sentAnswer(await send(services, c.get('account'), sent)));

  on('balance', async (c) => {
    const { id } = c.get('account');
    const credit = await creditOf(services, id);
    const count = async (route: 'premium' | 'lowcost') =>
      (await segmentsFor(services, id, credit, { route, country: 'FR' })).toFixed(2);
    // The order matters to one client, text values to another.
    const balance = { FR: await count('premium'), XXX: await count('lowcost') };
    return {
      json: { balance },
      xml: Object.entries(balance).map(([type, amount]): Node => ['balance', amount, { type }]),
    };
  });

  on('credit', async (c) => {
    const credit = euros(await creditOf(services, c.get('account').id)).toFixed(2);
    return { json: { credit }, xml: [['credit', credit]] };
  });

  on('edit_options', async (c, { answer_email: email = '' }) => {
    if (email.trim() !== '') await setAnswerEmail(services, c, email.trim());
    return { json: {}, xml: [] };
  });

  // Shop modules show this feed; it is empty.
  app.get('/news', (c) =>
    c.body('<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>News</title></channel></rss>', 200, {
      'Content-Type': 'text/xml; charset=utf-8',
    }),
  );
  app.all('*', (c) => answer(c, 500));
  return app;
}

/** For APIs that are not offered: every call gets one code. */
export const octopushV0Without = (code: OctopushCode) => (): Hono<AccountEnv> => {
  const app = bare();
  app.all('*', (c) => answer(c, code));
  return app;
};

function bare(): Hono<AccountEnv> {
  const app = new Hono<AccountEnv>();
  app.onError((error, c) => refuse(c, error));
  app.use(limitBody(FOREIGN_BODY_BYTES, (c) => answer(c, 500)));
  return app;
}
