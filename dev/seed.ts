import { reasonOf } from '../domain/sending/reason.ts';

/** A small client of the product's API: returns the answer, or throws an Error with the problem's detail. */
export type ApiClient = {
  get(path: string): Promise<Answer>;
  send(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
};
/** A JSON object, by field. */
export type Answer = Record<string, unknown>;

export function createClient(url: string, key: string): ApiClient {
  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await ask(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'accept-language': 'en',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!isAnswer(answer)) throw new Error(`${method} ${url}${path} answered no JSON object`);
    return answer;
  }
  return { get: (path) => call('GET', path), send: call };
}

/** Calls and returns the JSON. Errors name the call and the cause, which `fetch` does not. */
export async function ask(url: string, init: RequestInit & { method: string }): Promise<unknown> {
  const asked = `${init.method} ${url}`;
  const response = await fetch(url, init).catch((error: unknown) => {
    throw new Error(`${asked} got no answer: ${reasonOf(error)}`, { cause: error });
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${asked} answered ${response.status}: ${text}`);
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (error) {
    throw new Error(`${asked} answered what is not JSON: ${text.slice(0, 200)}`, { cause: error });
  }
}

export const isAnswer = (value: unknown): value is Answer => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field that must be there as text. */
export function textOf(answer: Answer, field: string): string {
  const value = answer[field];
  if (typeof value !== 'string') throw new Error(`The answer has no ${field}`);
  return value;
}

export const itemsOf = (answer: Answer): Answer[] => (Array.isArray(answer['items']) ? answer['items'].filter(isAnswer) : []);

export type Sim = { port: number; number: string };
export type SeedOptions = {
  url: string;
  operatorKey: string;
  name?: string;
  smpp?: {
    host: string;
    port: number;
    systemId: string;
    password: string;
    settings?: Record<string, unknown>;
    shortCodes: string[];
  };
  dinstar?: { url: string; username: string; password: string; settings?: Record<string, unknown>; sims: Sim[] };
  /** Where the account wants its replies besides the platform. */
  emails?: { address: string; locale: 'fr' | 'en' }[];
  callbackUrl?: string;
};

export type Seeded = {
  accountId: string;
  key: string;
  operator: ApiClient;
  account: ApiClient;
  smppId: string | null;
  dinstarId: string | null;
  callback: { id: string; secret: string } | null;
};

/** Makes carriers that are missing and a V2 account with two-way SMS and a key, all through the API. */
export async function seed({
  url,
  operatorKey,
  name = 'Boulangerie Démo',
  smpp,
  dinstar,
  emails = [],
  callbackUrl,
}: SeedOptions): Promise<Seeded> {
  const operator = createClient(url, operatorKey);
  const known = itemsOf(await operator.get('/v1/operator/carriers'));
  const carrier = async (
    type: string,
    carrierName: string,
    settings: Record<string, unknown>,
  ): Promise<{ id: string; fresh: boolean }> => {
    const there = known.find((each) => each['name'] === carrierName);
    if (!there)
      return {
        id: textOf(await operator.send('POST', '/v1/operator/carriers', { name: carrierName, type, settings }), 'id'),
        fresh: true,
      };
    await operator.send('PATCH', `/v1/operator/carriers/${textOf(there, 'id')}`, { settings });
    return { id: textOf(there, 'id'), fresh: false };
  };
  const number = (body: Record<string, unknown>) => operator.send('POST', '/v1/operator/numbers', { country: 'FR', ...body });

  let smppId: string | null = null;
  if (smpp) {
    const { shortCodes, settings, ...connection } = smpp;
    const made = await carrier('smpp', 'demo-smsc', { ...connection, ...settings });
    smppId = made.id;
    if (made.fresh) for (const code of shortCodes) await number({ number: code, kind: 'short-code', carrier: smppId });
  }
  let dinstarId: string | null = null;
  if (dinstar) {
    const { sims, settings, ...connection } = dinstar;
    const made = await carrier('dinstar', 'demo-gateway', { ...connection, ...settings });
    dinstarId = made.id;
    if (made.fresh) for (const sim of sims) await number({ number: sim.number, kind: 'sim', carrier: dinstarId, port: sim.port });
  }

  const made = await operator.send('POST', '/v1/operator/accounts', {
    name,
    platform: 'v2',
    country: 'FR',
    locale: 'fr',
    timeZone: 'Europe/Paris',
  });
  const accountId = textOf(made, 'id');
  await operator.send('PUT', `/v1/operator/accounts/${accountId}/two-way`, { state: 'on', reason: 'A demonstration account' });
  const key = textOf(await operator.send('POST', `/v1/operator/accounts/${accountId}/keys`, { name: 'demo' }), 'key');
  const account = createClient(url, key);
  // Set by the operator, so confirmed at once.
  if (emails.length > 0) await operator.send('PATCH', `/v1/operator/accounts/${accountId}/reply-settings`, { emails });
  let callback: Seeded['callback'] = null;
  if (callbackUrl !== undefined) {
    const endpoint = await account.send('POST', '/v1/callback-endpoints', { url: callbackUrl, description: 'Demo' });
    callback = { id: textOf(endpoint, 'id'), secret: textOf(endpoint, 'secret') };
  }
  return { accountId, key, operator, account, smppId, dinstarId, callback };
}
