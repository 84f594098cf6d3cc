import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Configuration } from 'openid-client';
import { recordAudit } from '../../database/people/audit.ts';
import { hashToken, newToken } from '../../database/people/session.ts';
import { rows, transaction } from '../../database/sql.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import { describeError } from '../http/log.ts';
import { conflict, notFound, problems, tooMany } from '../http/problem.ts';
import { forAnyone, ok } from '../http/route.ts';
import { body, IdParam } from '../http/schemas.ts';
import { drop, keep, kept, sessionToken, setSession } from '../http/session-cookie.ts';
import type { ApiEnv, ApiServices } from '../services.ts';
import { accountOfDomain, admit, type Admission } from './identity.ts';
import { Email, route, showSession } from './session-view.ts';
import { countTry, createOrigin, endByToken, openSession } from './sign-in.ts';

const COOKIE = 'aller_retour_sign_on';
const GOOD_S = 600;
/** How old the provider's sign-in may be after asking again. */
const AGAIN_S = 300;

const begin = route('post', '/single-sign-on', 'beginSingleSignOn', {
  summary: 'Where to sign in by OpenID Connect: at the provider of the address’s domain, else at the installation’s',
  security: [],
  request: {
    body: body(
      z
        .strictObject({
          email: Email.optional(),
          again: z.boolean().optional().openapi({ description: 'Have the provider ask who is signed in again' }),
        })
        .openapi('BeginSingleSignOn'),
    ),
  },
  responses: ok('The address to go to', z.object({ url: z.string() }).openapi('SingleSignOnAddress'), {
    ...notFound,
    ...conflict,
    ...tooMany,
  }),
});
const finish = route('get', '/single-sign-on/{id}', 'finishSingleSignOn', {
  summary: 'Where the provider leads back to: opens a session, or leads to the page of sign-in with what stood against it',
  security: [],
  request: { params: IdParam, query: z.object({ state: z.string().max(200).optional() }) },
  responses: { 302: { description: 'To the console' }, ...problems },
});

type Provider = Admission & { issuer: string; clientId: string; clientSecret: Buffer };
const COLUMNS = `p.id, p.account_id as "accountId", p.issuer, p.client_id as "clientId", p.client_secret as "clientSecret",
  p.role_claim as "roleClaim", p.roles, p.default_role as "defaultRole"`;

type Discovering = Pick<ApiServices, 'guardedFetch'>;
/** The provider's metadata, fetched through the guard. Throws when unreadable. */
export async function discover(
  { guardedFetch }: Discovering,
  issuer: string,
  clientId: string,
  secret: string,
): Promise<Configuration> {
  const oidc = await import('openid-client');
  const plain = new URL(issuer).protocol === 'http:';
  return oidc.discovery(new URL(issuer), clientId, undefined, oidc.ClientSecretBasic(secret), {
    [oidc.customFetch]: guardedFetch,
    // ID tokens are verified by signature. Plain http only where the guard allows it.
    execute: [oidc.enableNonRepudiationChecks, ...(plain ? [oidc.allowInsecureRequests] : [])],
  });
}

/** Registered at the provider, letter by letter. */
export const redirectUri = (publicUrl: string, id: string): string =>
  `${publicUrl.replace(/\/+$/, '')}/v1/session/single-sign-on/${id}`;

/** OpenID Connect: authorization code with PKCE, state and nonce, each valid once. */
export const singleSignOn = (services: ApiServices) => {
  const { db, publicUrl, signInPolicy } = services;
  const originOf = createOrigin(services.trustedProxies);
  return forAnyone()
    .openapi(begin, async (c) => {
      const { email: given, again = false } = c.req.valid('json');
      const email = again ? (await showSession(services, sessionToken(c))).user.email : given;
      await countTry(db.pool, 'address', originOf(c).address);
      if (publicUrl === null) throw new AppError('no-mail', said('sign-on-no-url'));
      const provider = await providerFor(services, email);
      if (!provider) throw new AppError('not-found', said('sign-on-none'));
      const oidc = await import('openid-client');
      const config = await configure(services, provider).catch((error: unknown) => {
        c.get('log').warn({ error: describeError(error), provider: provider.id }, 'an identity provider can not be read');
        throw new AppError('conflict', said('sign-on-away'));
      });
      const [{ token: state, hash }, verifier, nonce] = [newToken(), oidc.randomPKCECodeVerifier(), oidc.randomNonce()];
      await rows(
        db.pool,
        `with old as (delete from sign_on_attempts where expires_at < now())
         insert into sign_on_attempts (hash, provider_id, verifier, nonce, again, expires_at)
         values ($1, $2, $3, $4, $5, now() + make_interval(secs => ${GOOD_S}))`,
        [hash, provider.id, verifier, nonce, again],
      );
      keep(c, COOKIE, state, GOOD_S);
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri(publicUrl, provider.id),
        scope: 'openid email profile',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        ...(email === undefined ? {} : { login_hint: email }),
        max_age: String(maxAgeOf(services, again)),
        ...(again ? { prompt: 'login' } : {}),
      });
      return c.json({ url: url.href }, 200);
    })
    .openapi(finish, async (c) => {
      try {
        const token = await complete(services, c, { ...c.req.valid('param'), state: c.req.valid('query').state });
        setSession(c, token, signInPolicy.sessionHours);
        return c.redirect('/', 302);
      } catch (error) {
        const why = error instanceof AppError ? (error.said?.say ?? error.code) : 'sign-on-refused';
        c.get('log').warn({ error: describeError(error) }, 'a sign-in by a provider was refused');
        const target = `provider ${c.req.valid('param').id}`;
        await recordAudit(db.pool, { actor: 'nobody', accountId: null, action: 'session.refused', target, detail: { why } });
        return c.redirect(`/?refused=${why}`, 302);
      }
    });
};

const configure = (services: ApiServices, { issuer, clientId, clientSecret }: Provider) =>
  discover(services, issuer, clientId, services.secrets.open(clientSecret));

/** With a maximum age the provider returns `auth_time`. */
const maxAgeOf = ({ signInPolicy }: ApiServices, again: boolean): number => (again ? AGAIN_S : signInPolicy.sessionHours * 3600);

async function providerFor({ db }: ApiServices, email: string | undefined): Promise<Provider | undefined> {
  const domain = email?.slice(email.lastIndexOf('@') + 1);
  const account = domain === undefined ? null : await accountOfDomain(db.pool, domain);
  const [found] = await rows<Provider>(
    db.pool,
    `select ${COLUMNS} from identity_providers p where p.account_id = $1 or p.account_id is null order by p.account_id nulls last limit 1`,
    [account],
  );
  return found;
}

/** Returns a new session's token. */
async function complete(
  services: ApiServices,
  c: Context<ApiEnv>,
  { id, state }: { id: string; state: string | undefined },
): Promise<string> {
  const { db, publicUrl, signInPolicy } = services;
  const own = kept(c, COOKIE);
  drop(c, COOKIE);
  if (state === undefined || own !== state) throw new AppError('sign-in-failed', said('sign-on-state'));
  // A state is deleted on use, so a replayed code finds none.
  const [attempt] = await rows<Provider & { verifier: string; nonce: string; again: boolean }>(
    db.pool,
    `with a as (delete from sign_on_attempts where hash = $1 and provider_id = $2 and expires_at > now() returning *)
     select ${COLUMNS}, a.verifier, a.nonce, a.again from a join identity_providers p on p.id = a.provider_id`,
    [hashToken(state), id],
  );
  if (!attempt || publicUrl === null) throw new AppError('sign-in-failed', said('sign-on-state'));
  const oidc = await import('openid-client');
  const config = await configure(services, attempt);
  const answered = new URL(redirectUri(publicUrl, id) + new URL(c.req.url).search);
  const tokens = await oidc.authorizationCodeGrant(config, answered, {
    pkceCodeVerifier: attempt.verifier,
    expectedState: state,
    expectedNonce: attempt.nonce,
    idTokenExpected: true,
    maxAge: maxAgeOf(services, attempt.again),
  });
  const signed = tokens.claims();
  if (!signed) throw new AppError('sign-in-failed');
  const more = signed['email'] === undefined ? await oidc.fetchUserInfo(config, tokens.access_token, signed.sub) : {};
  const userId = await transaction(db.pool, (client) => admit(client, attempt, signed.sub, { ...more, ...signed }));
  await endByToken(db.pool, sessionToken(c));
  return openSession(db.pool, signInPolicy, {
    userId,
    via: 'provider',
    ...createOrigin(services.trustedProxies)(c),
    confirmedAt: new Date((signed.auth_time ?? 0) * 1000),
  });
}
