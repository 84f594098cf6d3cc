import type { PoolClient } from 'pg';
import { newSecret } from '../../webhook-client/signature.ts';
import { writeSecrets } from '../../webhook-client/signing-secrets.ts';
import { campaignEndpoint, MOST_CAMPAIGN_ENDPOINTS } from '../../database/callbacks/campaign-endpoint.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { fault, said } from '../../domain/problems/said.ts';
import type { ApiServices } from '../services.ts';

/** The endpoint that posts a campaign's replies to the URL that it names, made in the transaction that stores the campaign. */
export async function campaignCallback(
  { secrets }: Pick<ApiServices, 'secrets'>,
  client: PoolClient,
  accountId: string,
  url: string | undefined,
): Promise<string | null> {
  if (url === undefined) return null;
  const id = await campaignEndpoint(client, accountId, url, () =>
    secrets.seal(writeSecrets([{ secret: newSecret(), until: null }])),
  );
  if (id !== null) return id;
  throw new AppError('conflict', said('too-many-campaign-addresses', { most: MOST_CAMPAIGN_ENDPOINTS }), [
    fault('callbackUrl', 'address-too-many'),
  ]);
}
