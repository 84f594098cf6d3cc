import { onOffer } from '../../database/numbers/rentals.ts';
import { AppError } from '../../domain/problems/errors.ts';
import type { Refusal } from '../../domain/sending/sender-policy.ts';
import type { ApiServices } from '../services.ts';

const SHOWN = 20;

/** A refusal with the numbers that would help where recipients could not reply. */
export async function withOffers({ db }: Pick<ApiServices, 'db'>, account: string, refused: Refusal): Promise<Refusal> {
  const { countries = [] } = refused;
  if (countries.length === 0) return refused;
  const offers = await onOffer(db.pool, account, { countries, limit: SHOWN });
  const detail =
    offers.length === 0
      ? `${refused.detail} No number of these countries is on offer at present; ask your operator.`
      : `${refused.detail} On offer: ${offers.map(({ number, country }) => `${number} (${country})`).join(', ')}. Rent with POST /v1/numbers/rent.`;
  return { ...refused, detail };
}

/** The same as an error. */
export async function refusalOf(services: Pick<ApiServices, 'db'>, account: string, refused: Refusal): Promise<AppError> {
  const { code, detail, faults } = await withOffers(services, account, refused);
  return new AppError(code, detail, faults);
}
