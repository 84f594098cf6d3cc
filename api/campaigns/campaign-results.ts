import { z } from '@hono/zod-openapi';
import { readResults, type Results } from '../../database/campaigns/campaign-results.ts';
import { countedWord } from '../../domain/replies/keywords.ts';
import { normalisePhone } from '../../domain/phone-number.ts';
import { existing, notFound } from '../http/problem.ts';
import { forAccounts, ok, routesOf } from '../http/route.ts';
import { Country, Id, IdParam } from '../http/schemas.ts';
import type { ApiServices } from '../services.ts';

const MOST_WORDS = 20;
const Count = z.number().int();
const View = z
  .object({
    campaignId: Id,
    messages: Count.openapi({ description: 'That went out' }),
    delivered: Count,
    replies: Count,
    repliers: Count.openapi({ description: 'Phones that answered' }),
    optOuts: Count,
    curve: z
      .array(
        z.object({ withinMinutes: Count.nullable().openapi({ description: 'null: later than all of these' }), repliers: Count }),
      )
      .openapi({ description: 'How many phones had answered so long after their message' }),
    keywords: z
      .array(z.object({ word: z.string(), replies: Count }))
      .openapi({ description: `The first words of replies, case and accents ignored; the ${MOST_WORDS} most frequent` }),
    countries: z
      .array(z.object({ country: Country, messages: Count, replies: Count, repliers: Count }))
      .openapi({ description: 'By country of the phones, most messages first' }),
  })
  .openapi('CampaignResults');

const route = routesOf('Campaigns');
const get = route('get', '/campaigns/{id}/results', 'getCampaignResults', {
  summary: 'What came of a campaign: who answered, how soon, with which words, from where',
  request: { params: IdParam },
  responses: ok('The results', View, notFound),
});

/** Sums by the name that `nameOf` gives each item; null leaves it out. */
function addUp<T>(list: readonly T[], nameOf: (each: T) => string | null, count: (each: T) => number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const each of list) {
    const name = nameOf(each);
    if (name !== null) sums.set(name, (sums.get(name) ?? 0) + count(each));
  }
  return sums;
}

function view(home: string, { sent, answered, words, ...figures }: Results): Omit<z.infer<typeof View>, 'campaignId'> {
  const countryOf = ({ number }: { number: string }): string | null => {
    const phone = normalisePhone(number, home);
    return 'country' in phone ? phone.country : null;
  };
  const messages = addUp(sent, countryOf, (each) => each.messages);
  const replies = addUp(answered, countryOf, (each) => each.replies);
  const repliers = addUp(answered, countryOf, (each) => each.repliers);
  const keywords = addUp(
    words,
    ({ word }) => countedWord(word),
    (each) => each.replies,
  );
  return {
    ...figures,
    messages: sent.reduce((sum, each) => sum + each.messages, 0),
    delivered: sent.reduce((sum, each) => sum + each.delivered, 0),
    keywords: [...keywords]
      .map(([word, replies]) => ({ word, replies }))
      .toSorted((a, b) => b.replies - a.replies || a.word.localeCompare(b.word))
      .slice(0, MOST_WORDS),
    countries: [...messages]
      .map(([country, count]) => ({
        country,
        messages: count,
        replies: replies.get(country) ?? 0,
        repliers: repliers.get(country) ?? 0,
      }))
      .toSorted((a, b) => b.messages - a.messages || a.country.localeCompare(b.country)),
  };
}

export const campaignResults = ({ db }: ApiServices) =>
  forAccounts().openapi(get, async (c) => {
    const { id: campaignId } = c.req.valid('param');
    const { id, country } = c.get('account');
    const found = existing(await readResults(db.pool, id, campaignId));
    return c.json({ campaignId, ...view(country, found) }, 200);
  });
