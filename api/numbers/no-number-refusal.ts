import { onOffer } from '../../database/numbers/rentals.ts';
import { AppError } from '../../domain/problems/errors.ts';
import { said } from '../../domain/problems/said.ts';
import type { Refusal } from '../../domain/sending/sender-policy.ts';
import type { ApiServices } from '../services.ts';

const SHOWN = 20;

/** Adds the numbers on offer to a refusal because recipients can't reply. */
export async function withOffers({ db }: Pick<ApiServices, 'db'>, account: string, refused: Refusal): Promise<Refusal> {
  const { countries = [] } = refused;
  if (countries.length === 0) return refused;
  const offers = await onOffer(db.pool, account, { countries, limit: SHOWN });
  const listed = offers.map(({ number, country }) => `${number} (${country})`);
  return {
    ...refused,
    said: listed.length === 0 ? said('no-reply-none-on-offer') : said('no-reply-on-offer', { offers: listed }),
  };
}

export async function refusalOf(services: Pick<ApiServices, 'db'>, account: string, refused: Refusal): Promise<AppError> {
  const { code, said, faults } = await withOffers(services, account, refused);
  return new AppError(code, said, faults);
}
