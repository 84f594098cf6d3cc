import type { Attribution } from './attribution.ts';

/** What the account may see: its own candidates, newest first, and how many others. */
export type Told = {
  attribution: Attribution | null;
  receivedAt: Date;
  own: { messageId: string; campaign: string | null; sentAt: Date }[];
  others: number;
};

type Words = {
  time: (at: Date) => string;
  candidates: (count: number, others: number) => string;
  sent: (campaign: string | null, at: string, chosen: boolean) => string;
  rule: Record<'keyword' | 'newest' | 'only' | 'close' | 'rented' | 'corrected' | 'none' | 'ambiguous' | 'unfiled', string>;
  received: (at: string) => string;
};

const format = (locale: string) => (timeZone: string) => {
  const made = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'long', timeStyle: 'medium' });
  return (at: Date): string => made.format(at);
};

const WORDS: Record<'fr' | 'en', (timeZone: string) => Words> = {
  fr: (timeZone) => ({
    time: format('fr-FR')(timeZone),
    received: (at) => `Réponse reçue le ${at}, à l’heure de l’appareil ou de l’opérateur.`,
    candidates: (count, others) =>
      `${count} message(s) envoyé(s) à ce numéro depuis le numéro de réponse pouvai(en)t en être l’origine${others > 0 ? `, dont ${others} d’autres comptes` : ''}.`,
    sent: (campaign, at, chosen) =>
      `${chosen ? '→ ' : ''}${campaign === null ? 'Message sans campagne' : `Campagne « ${campaign} »`}, envoyé le ${at}${chosen ? ' : retenu' : ''}.`,
    rule: {
      keyword: 'Règle : la réponse commence par le mot-clé de la campagne.',
      newest: 'Règle : le message le plus récent de votre compte.',
      only: 'Règle : un seul message pouvait en être l’origine.',
      close: 'Deux messages sont trop proches pour que les horloges les départagent : c’est une supposition.',
      rented: 'Règle : le numéro auquel on a écrit est loué par votre compte ; aucun de vos messages n’était en cause.',
      corrected: 'Une personne en a décidé.',
      none: 'Règle : aucun message ne pouvait en être l’origine. Rien n’est deviné.',
      ambiguous: 'Règle : plusieurs comptes avaient écrit à ce numéro et rien ne les départage. Rien n’est deviné entre comptes.',
      unfiled: 'La réponse n’est pas encore classée.',
    },
  }),
  en: (timeZone) => ({
    time: format('en-GB')(timeZone),
    received: (at) => `Received on ${at}, by the clock of the device or the carrier.`,
    candidates: (count, others) =>
      `${count} message(s) sent to this phone by the number it wrote to may be what it answers${others > 0 ? `, ${others} of them other accounts'` : ''}.`,
    sent: (campaign, at, chosen) =>
      `${chosen ? '→ ' : ''}${campaign === null ? 'A message of no campaign' : `Campaign "${campaign}"`}, sent on ${at}${chosen ? ': chosen' : ''}.`,
    rule: {
      keyword: "Rule: the reply begins with the campaign's keyword.",
      newest: 'Rule: the newest message of your account.',
      only: 'Rule: only one message may be what it answers.',
      close: 'Two messages are too close together for clocks to tell apart: this is a guess.',
      rented: 'Rule: the number written to is rented by your account; none of your messages was concerned.',
      corrected: 'A person decided it.',
      none: 'Rule: no message may be what it answers. Nothing is guessed.',
      ambiguous:
        'Rule: several accounts had written to this phone and nothing tells them apart. Nothing is guessed between accounts.',
      unfiled: 'The reply is not filed yet.',
    },
  }),
};

type Rule = keyof Words['rule'];

export function ruleOf(attribution: Attribution | null): Rule {
  switch (attribution?.method) {
    case undefined:
      return 'unfiled';
    case 'keyword':
      return 'keyword';
    case 'reply-code':
      return attribution.candidates.length > 1 ? 'newest' : 'only';
    case 'rented-number':
      return 'rented';
    case 'corrected':
      return 'corrected';
    case 'none':
      return attribution.reason === 'ambiguous' ? 'ambiguous' : 'none';
    default:
      return attribution satisfies never;
  }
}

/** How a reply found its campaign, in sentences. */
export function tellAttribution(told: Told, locale: 'fr' | 'en', timeZone: string): string[] {
  const words = WORDS[locale](timeZone);
  const { attribution, own, others } = told;
  const chosen = attribution && 'messageId' in attribution ? attribution.messageId : null;
  const low = attribution && 'confidence' in attribution && attribution.confidence === 'low';
  return [
    words.received(words.time(told.receivedAt)),
    ...(own.length + others > 0 ? [words.candidates(own.length + others, others)] : []),
    ...own.map((each) => words.sent(each.campaign, words.time(each.sentAt), each.messageId === chosen)),
    words.rule[ruleOf(attribution)],
    ...(low ? [words.rule.close] : []),
  ];
}
