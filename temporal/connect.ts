import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';

export type TemporalSettings = { address: string; namespace: string; apiKey?: string | undefined; tls: boolean };

export const searchAttributes = {
  accountId: defineSearchAttributeKey('AccountId', 'KEYWORD'),
  campaignId: defineSearchAttributeKey('CampaignId', 'KEYWORD'),
  endpointId: defineSearchAttributeKey('EndpointId', 'KEYWORD'),
  phase: defineSearchAttributeKey('Phase', 'KEYWORD'),
};

export const connectionOptions = ({ address, apiKey, tls }: TemporalSettings): ConnectionOptions => ({
  address,
  tls: tls || apiKey !== undefined ? {} : null,
  ...(apiKey === undefined ? {} : { apiKey }),
});

/** Connects at the first call, and again after an outage. */
export function openClient(settings: TemporalSettings): { client: Client; connection: Connection } {
  const connection = Connection.lazy(connectionOptions(settings));
  return { connection, client: new Client({ connection, namespace: settings.namespace }) };
}

const KEYWORD = 2;

const ALREADY_EXISTS = 6;

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** Makes the namespace and its search attributes if they are missing. On Temporal Cloud they are made beforehand: then only looks. */
export async function prepareNamespace(connection: Connection, namespace: string): Promise<void> {
  await connection.ensureConnected();
  await connection.workflowService
    .registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('7 days') })
    .catch((error: unknown) => {
      if (codeOf(error) !== ALREADY_EXISTS) throw error;
    });
  const known = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes)
    .map((key) => key.name)
    .filter((name) => !(name in (known.customAttributes ?? {})));
  if (missing.length === 0) return;
  await connection.operatorService
    .addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])) })
    .catch((error: unknown) => {
      if (codeOf(error) !== ALREADY_EXISTS) throw error;
    });
}
