import { Client, Connection, type ConnectionLike, type WorkflowClientInterceptor } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { NativeConnection } from '@temporalio/worker';
import { readFileSync } from 'node:fs';

export type TemporalSettings = {
  address: string;
  namespace: string;
  apiKey?: string | undefined;
  tls: boolean;
  /** PEM files: the server's CA, and our certificate with its key. */
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
  interceptor?: WorkflowClientInterceptor | undefined;
};

export const searchAttributes = {
  accountId: defineSearchAttributeKey('AccountId', 'KEYWORD'),
  accountIds: defineSearchAttributeKey('AccountIds', 'KEYWORD_LIST'),
  campaignId: defineSearchAttributeKey('CampaignId', 'KEYWORD'),
  endpointId: defineSearchAttributeKey('EndpointId', 'KEYWORD'),
  phase: defineSearchAttributeKey('Phase', 'KEYWORD'),
};

const connectionOptions = ({ address, apiKey, tls, caFile, certFile, keyFile }: TemporalSettings) => ({
  address,
  tls:
    tls || apiKey !== undefined
      ? {
          ...(caFile === undefined ? {} : { serverRootCACertificate: readFileSync(caFile) }),
          ...(certFile === undefined || keyFile === undefined
            ? {}
            : { clientCertPair: { crt: readFileSync(certFile), key: readFileSync(keyFile) } }),
        }
      : null,
  ...(apiKey === undefined ? {} : { apiKey }),
});

const clientOn = (connection: ConnectionLike, { namespace, interceptor }: TemporalSettings): Client =>
  new Client({ connection, namespace, ...(interceptor ? { interceptors: { workflow: [interceptor] } } : {}) });

/** Connects at the first call, and again after an outage. */
export function openClient(settings: TemporalSettings): { client: Client; connection: Connection } {
  const connection = Connection.lazy(connectionOptions(settings));
  return { connection, client: clientOn(connection, settings) };
}

/** Shares the workers' connection, so that a start returns the run's first task. Waits for a starting server. */
export async function openSharedClient(settings: TemporalSettings): Promise<{ client: Client; connection: NativeConnection }> {
  await using starting = new AsyncDisposableStack();
  const patient = Connection.lazy(connectionOptions(settings));
  starting.defer(() => patient.close());
  await patient.ensureConnected();
  const connection = await NativeConnection.connect(connectionOptions(settings));
  return { connection, client: clientOn(connection, settings) };
}

/** Temporal's codes for key types. */
const INDEXED = { KEYWORD: 2, KEYWORD_LIST: 7 };

const ALREADY_EXISTS = 6;

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** Creates the namespace and its search attributes if missing. On Temporal Cloud they exist already. */
export async function prepareNamespace(connection: ConnectionLike, namespace: string): Promise<void> {
  await connection.ensureConnected();
  await connection.workflowService
    .registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('7 days') })
    .catch((error: unknown) => {
      if (codeOf(error) !== ALREADY_EXISTS) throw error;
    });
  const known = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter(({ name }) => !(name in (known.customAttributes ?? {})));
  if (missing.length === 0) return;
  const added = Object.fromEntries(missing.map(({ name, type }) => [name, INDEXED[type]]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: added }).catch((error: unknown) => {
    if (codeOf(error) !== ALREADY_EXISTS) throw error;
  });
}
