import ipaddr from 'ipaddr.js';
import { isSupportedCountry } from 'libphonenumber-js';
import { isIP } from 'node:net';
import { z } from 'zod';

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const int = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Every variable the product reads. `npm run config` prints this as a table. */
const Environment = z.object({
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('production')
    .describe('`production` refuses an injected clock'),
  ROLE: z
    .enum(['all', 'api', 'worker'])
    .default('all')
    .describe('What this process is: the HTTP API, the Temporal workers and carriers, or both'),
  HOST: z.string().default('127.0.0.1').describe('Address the API listens on'),
  PORT: int(0, 65_535).default(3000).describe('Port of the API; 0 takes a free one'),
  PUBLIC_URL: z.url().optional().describe('Where customers reach this installation, for links in e-mails'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe('PostgreSQL, as postgres://user:password@host:5432/database'),
  DATABASE_DIRECT_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe(
      'The same database without a pooler, where DATABASE_URL is one such as pgbouncer in transaction mode: for migrations and LISTEN',
    ),
  DATABASE_POOL: int(4, 500)
    .default(30)
    .describe('Connections this process may open, all together; PostgreSQL’s max_connections must bear them of each process'),
  TRUSTED_PROXIES: list
    .refine((cidrs) => cidrs.every((cidr) => ipaddr.isValidCIDR(cidr)), 'Send networks such as 10.0.0.0/8, comma separated')
    .default([])
    .describe('Networks of the proxies in front of the API, whose X-Forwarded-For says who asks, such as `172.16.0.0/12`'),
  TEMPORAL_ADDRESS: z.string().min(1).describe('Temporal frontend, as host:7233'),
  TEMPORAL_NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{2,200}$/)
    .default('aller-retour')
    .describe('Made on the first start if it does not exist'),
  TEMPORAL_API_KEY: z.string().optional().describe('For Temporal Cloud'),
  TEMPORAL_TLS: flag.default(false).describe('`true` to speak TLS to Temporal'),
  TEMPORAL_TLS_CA_FILE: z.string().optional().describe('File with the certificates, in PEM, that Temporal’s is checked by'),
  TEMPORAL_TLS_CERT_FILE: z.string().optional().describe('File with this process’s own certificate for Temporal, in PEM'),
  TEMPORAL_TLS_KEY_FILE: z.string().optional().describe('File with the key of that certificate, in PEM'),
  TEMPORAL_UI_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where operators open the Temporal UI, for links in the console'),
  SECRETS_KEY: z
    .string()
    .min(1)
    .describe(
      'Base64 of 32 bytes; seals what is secret in the database. Several, comma separated: the first seals, every one opens',
    ),
  COUNTRY: z
    .string()
    .refine(isSupportedCountry, 'Set the code of a country, such as FR')
    .default('FR')
    .describe('Country in which carriers’ numbers without a prefix are read'),
  CARRIERS: list.default(['*']).describe('Names of the carriers a worker opens; `*` for all'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('Relay for e-mails, as smtp://user:password@host:587; without it no e-mail is sent'),
  MAIL_FROM: z.string().default('Aller-Retour <replies@localhost>').describe('Sender of e-mails'),
  MAIL_CONNECTIONS: int(1, 100).default(10).describe('Connections to the relay at once, of each worker'),
  MAIL_DKIM_KEY_FILE: z
    .string()
    .optional()
    .describe('File with an RSA key in PEM, with which e-mails are signed for the domain of MAIL_FROM'),
  MAIL_DKIM_SELECTOR: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i)
    .optional()
    .describe('Where the public half is found: <selector>._domainkey.<domain>'),
  MAIL_INBOUND_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i)
    .optional()
    .describe('Domain whose mail comes to MAIL_INBOUND_PORT: e-mails can then be answered, and bounces are read'),
  MAIL_INBOUND_PORT: int(0, 65_535)
    .optional()
    .describe('Port on which this process takes mail from your relay, by SMTP on HOST; needs MAIL_INBOUND_DOMAIN'),
  MAIL_INBOUND_AUTHORITY: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Name under which your relay writes Authentication-Results: answers by e-mail then need SPF, DKIM or DMARC that passed',
    ),
  CALLBACK_ALLOW_HTTP: flag.default(false).describe('Whether callback addresses may be plain http'),
  CALLBACK_PORTS: list.default(['443', '8443']).describe('Ports a callback address may name; `*` for any'),
  CALLBACK_ALLOW_CIDRS: list.default([]).describe('Private networks that callbacks may reach all the same'),
  CALLBACK_DENY_CIDRS: list
    .default([])
    .describe('Networks that callbacks never reach, whatever else allows them: this installation’s own public addresses'),
  CALLBACK_NAME_SERVERS: list
    .refine(
      (servers) => servers.every((each) => isIP(each.replace(/^\[(.+)\](:\d+)?$|^([\d.]+):\d+$/, '$1$3')) !== 0),
      'must be addresses',
    )
    .default([])
    .describe('Name servers that resolve callback addresses, as `address` or `address:port`; the machine’s where empty'),
  SECURITY_CONTACT: z
    .url({ protocol: /^(https|mailto)$/ })
    .optional()
    .describe('Where weaknesses are reported, as `mailto:` or https, for /.well-known/security.txt; without it there is none'),
  SESSION_HOURS: int(1, 8760)
    .default(720)
    .describe('How long somebody stays signed in to the console at most; an account may ask for less'),
  SESSION_IDLE_MINUTES: int(5, 525_600)
    .default(4320)
    .describe('How long they stay signed in without doing anything; an account may ask for less'),
  AUTHENTICATOR_REQUIRED: z
    .enum(['nobody', 'operators', 'everybody'])
    .default('nobody')
    .describe(
      'Who signs in by password has to have an authenticator: without one they set it up first. An account may require it too',
    ),
  ALARM_WEBHOOK_URL: z
    .url()
    .optional()
    .describe('Where alarms about carriers are posted, beside the mails to operators; as guarded as callbacks are'),
  ALARM_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and base64 of at least 24 bytes')
    .optional()
    .describe('Signs what is posted there, as callbacks are signed: `whsec_` and base64'),
  REPLIES_PER_RUN: int(1, 1000)
    .default(500)
    .describe('Most replies in one workflow run; 1 gives each its own run, 32 of them at a time'),
  SYNC_AT: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .default('06:00')
    .describe('When lowcost replies are synced, in SYNC_TIME_ZONE'),
  SYNC_TIME_ZONE: z.string().default('Europe/Paris').describe('Time zone of SYNC_AT'),
  SYNC_CLOCK: z
    .enum(['real', 'injected'])
    .default('real')
    .describe('`injected` lets an operator name the time of a sync; refused in production'),
  SIMULATED_PHONES_URL: z.url().optional().describe('Where simulated phones are, for first steps; refused in production'),
  STOP_NUMBER: z
    .string()
    .regex(/^[3-8]\d{4}$/)
    .optional()
    .describe(
      'Five digits that marketing to France names for STOP where it has no number to reply to; left out, a short code of the pool. No campaign gets it as its reply code',
    ),
  OCTOPUSH_HTTP_PORT: int(0, 65_535)
    .optional()
    .describe(
      'Port on which programs that know plain http alone find Octopush’s V0 and nothing else, on HOST; keys and texts then travel unencrypted',
    ),
  ACCOUNT_GRACE_DAYS: int(1, 365)
    .default(30)
    .describe('How many days an account that was closed can be opened again; then it is erased'),
  AUDIT_DAYS: int(90, 3650).default(396).describe('How many days the audit log is kept; 396 are 13 months'),
  UNLIMITED_CREDIT: z.coerce
    .number()
    .min(0)
    .max(99_999_999)
    .default(999_999.99)
    .describe('Euros that an account without a spend limit has left, for programs written for another provider’s API'),
  BODY_LIMIT_MB: int(1, 512).default(64).describe('Largest request body'),
  KEY_REQUESTS_PER_MINUTE: int(1, 10_000_000)
    .default(60_000)
    .describe('Most requests that one API key or one person makes in a minute, through all processes together'),
  KEY_REQUESTS_AT_ONCE: int(1, 100_000).default(256).describe('Most requests of one key or person that are under way at once'),
  ACCOUNT_REQUESTS_PER_MINUTE: int(1, 10_000_000)
    .default(120_000)
    .describe('Most requests in a minute of an account, all its keys and people together'),
  ACCOUNT_REQUESTS_AT_ONCE: int(1, 100_000).default(512).describe('Most requests of an account that are under way at once'),
  DRAIN_SECONDS: int(0, 300)
    .default(5)
    .describe('How long an API that is to stop goes on answering, with /ready at 503, so that a proxy turns to another'),
  METRICS_PORT: int(0, 65_535)
    .optional()
    .describe(
      'Port on which this process, whatever it is, shows Prometheus its metrics, at /metrics on HOST; keep it from the outside',
    ),
  TEMPORAL_METRICS_PORT: int(1, 65_535)
    .optional()
    .describe('Port on which a worker shows Prometheus the metrics of Temporal’s own code, on HOST; keep it from the outside'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Collector that traces are told to, by OTLP over HTTP, such as http://collector:4318; without it there are none'),
  OTEL_EXPORTER_OTLP_HEADERS: list
    .refine((pairs) => pairs.every((pair) => /^[\w-]+=./.test(pair)), 'Send pairs such as name=value, comma separated')
    .transform((pairs) => Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2))))
    .optional()
    .describe('Headers that the collector wants, as `name=value,name=value`'),
  OTEL_SERVICE_NAME: z.string().min(1).default('aller-retour').describe('Name of this installation in traces'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the traces that are told to the collector, from 0 to 1'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
});

export type Config = z.infer<typeof Environment>;

/** Reads the environment once. Throws an Error whose message lists every variable that is wrong, and what it should be. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const read = Environment.safeParse(present);
  if (!read.success) {
    const lines = read.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      const meaning = name in Environment.shape ? describe(name) : '';
      return `  ${name}: ${present[name] === undefined ? 'is missing' : issue.message}. ${meaning}`;
    });
    throw new Error(`The configuration can't be used:\n${lines.join('\n')}`);
  }
  if (read.data.NODE_ENV === 'production' && read.data.SYNC_CLOCK === 'injected') {
    throw new Error("The configuration can't be used:\n  SYNC_CLOCK: an injected clock is refused in production. Unset it.");
  }
  if (read.data.NODE_ENV === 'production' && read.data.SIMULATED_PHONES_URL !== undefined) {
    throw new Error(
      "The configuration can't be used:\n  SIMULATED_PHONES_URL: simulated phones are refused in production. Unset it.",
    );
  }
  if (read.data.ALARM_WEBHOOK_URL !== undefined && read.data.ALARM_WEBHOOK_SECRET === undefined) {
    throw new Error("The configuration can't be used:\n  ALARM_WEBHOOK_SECRET: is missing. Alarms that are posted are signed.");
  }
  if (read.data.MAIL_DKIM_KEY_FILE !== undefined && read.data.MAIL_DKIM_SELECTOR === undefined) {
    throw new Error("The configuration can't be used:\n  MAIL_DKIM_SELECTOR: is missing, and MAIL_DKIM_KEY_FILE needs it.");
  }
  if (read.data.MAIL_INBOUND_PORT !== undefined && read.data.MAIL_INBOUND_DOMAIN === undefined) {
    throw new Error("The configuration can't be used:\n  MAIL_INBOUND_DOMAIN: is missing, and MAIL_INBOUND_PORT needs it.");
  }
  return read.data;
}

/** The database's address for connections that are kept open: without a pooler. */
export const directUrl = ({ DATABASE_URL, DATABASE_DIRECT_URL }: Config): string => DATABASE_DIRECT_URL ?? DATABASE_URL;

const describe = (name: string): string => {
  const field = Object.entries(Environment.shape).find(([key]) => key === name)?.[1];
  return field?.description ?? '';
};

/** The names of all variables that docker-compose.yml may set. */
export const variableNames: string[] = Object.keys(Environment.shape);

/** A Markdown table of every variable. */
export function configTable(): string {
  const lines = Object.entries(Environment.shape).map(([name, schema]) => {
    const standard = schema.safeParse(undefined);
    const text = standard.success && standard.data !== undefined ? String(standard.data) : '';
    const value = !standard.success ? '**required**' : text === '' ? '' : `\`${text}\``;
    return `| \`${name}\` | ${value} | ${schema.description ?? ''} |`;
  });
  return ['| variable | default | meaning |', '|---|---|---|', ...lines].join('\n');
}

if (import.meta.main) console.log(configTable());
