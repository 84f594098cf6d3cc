import type { PoolClient } from 'pg';
import { newSecret } from '../../webhook-client/signature.ts';
import { writeSecrets } from '../../webhook-client/signing-secrets.ts';
import { campaignEndpoint } from '../../database/callbacks/campaign-endpoint.ts';
import type { ApiServices } from '../services.ts';

/** Makes the endpoint for a campaign's callback URL, in the transaction that stores the campaign. */
export async function campaignCallback(
  { secrets }: Pick<ApiServices, 'secrets'>,
  client: PoolClient,
  accountId: string,
  url: string | undefined,
): Promise<string | null> {
  if (url === undefined) return null;
  return campaignEndpoint(client, accountId, url, () => secrets.seal(writeSecrets([{ secret: newSecret(), until: null }])));
}
