import type { ErrorCode } from './errors.ts';
import { words, type ProblemWords } from './problem-word.ts';
import { fr } from './problems-fr.ts';

type Language = 'en' | 'fr';

const en: Record<ErrorCode, ProblemWords> = {
  'invalid-request': words(
    'The request is not valid',
    'Something in the request can not be read as it stands.',
    'Correct the fields that are listed and send it again.',
  ),
  'invalid-rows': words(
    'Some recipients can not be accepted',
    'Some rows of the list are wrong, so nothing was stored.',
    'Correct or leave out the rows that are listed, and send the list again.',
  ),
  'invalid-list': words(
    'The list can not be read',
    'The file is not a list of recipients that can be read.',
    'Send CSV with a header line or JSON lines, encoded as UTF-8.',
  ),
  'body-too-large': words(
    'The body is too large',
    'The request holds more than is taken at once.',
    'Send less at once, or a long list as a file.',
  ),
  unauthenticated: words(
    'No valid API key',
    'The request carries no key or session that is in use.',
    'Send Authorization: Bearer with a key that is in use, or sign in again.',
  ),
  'sign-in-failed': words(
    'Not signed in',
    'The address and the password do not belong together.',
    'Check both, or ask for a new invitation.',
  ),
  'code-required': words(
    'A code is needed too',
    'This user signs in with a code of an authenticator as well.',
    'Send the six digits that the authenticator shows now, or a recovery code.',
  ),
  'wrong-password': words(
    'The password is not right',
    'What you asked for needs the password of who is signed in.',
    'Send the password that you sign in with.',
  ),
  'no-mail': words(
    'No mail is sent from here',
    'This installation does not know its own address, so it sends no links.',
    'Ask whoever runs it: npm run admin -- set-password makes a new password.',
  ),
  'too-many-attempts': words(
    'Too many attempts',
    'There were too many attempts in a short time.',
    'Wait for the time that Retry-After says.',
  ),
  forbidden: words(
    'Not allowed',
    'The key or the user may not do this.',
    'Use a key or a role that may, or ask an owner or your operator.',
  ),
  'not-found': words('Not found', 'There is no such thing here, or it is not of this account.', 'Check the address and the id.'),
  'answered-meanwhile': words(
    'Answered meanwhile',
    'Somebody else has answered since you looked.',
    'Read their answer, and send yours if it is still needed.',
  ),
  conflict: words(
    'Not possible in the present state',
    'The thing is in a state in which this can not be done.',
    'Look at it again and decide anew.',
  ),
  'idempotency-key-reused': words(
    'The Idempotency-Key belongs to another request',
    'The same key came with another body before.',
    'Send a new key for a new request.',
  ),
  'idempotency-key-in-flight': words(
    'The same request is under way',
    'The first request with this key has not ended.',
    'Wait a moment and send it again with the same key.',
  ),
  'lowcost-marketing': words(
    'No marketing to France by the lowcost route',
    'A mobile number may not send marketing in France.',
    'Send the campaign by the premium route, or change the policy of the account.',
  ),
  'spend-limit': words(
    'The spend limit is reached',
    'It costs more than is left of what the account may spend.',
    'Raise the limit, or write again when the next day or month begins.',
  ),
  'two-way-off': words(
    'Two-way SMS is not enabled',
    'The campaign asks for replies, and this account does not have two-way SMS.',
    'Ask for it with POST /v1/two-way/request, or send without replies.',
  ),
  'no-carrier': words(
    'No carrier serves this route',
    'Nothing is connected that could send by this route.',
    'Choose another route, or ask your operator.',
  ),
  'no-reply-code': words(
    'There is no number to reply to',
    'Some recipients could not reply: there is no number for their country.',
    'Rent a number for that country, leave them out, or send to them without replies (allowUnreachable).',
  ),
  'sender-missing': words(
    'A sender is needed',
    'A premium message needs a sender.',
    'Send a sender ID of 3 to 11 letters and digits, or ask for replies.',
  ),
  'sender-invalid': words(
    'The sender can not be used',
    'The sender is not one that phones can show.',
    'Send 3 to 11 letters A–Z and digits, at least one of them a letter.',
  ),
  'sender-unregistered': words(
    'The sender is not a registered brand',
    'No operator has confirmed this sender ID as a brand of the account.',
    'Register it with POST /v1/brands, or change the policy brandRegistration.',
  ),
  'sender-generic': words(
    'The sender says of nobody whose message it is',
    'In France a sender ID has to say who writes, and this one is a word that anyone may use.',
    'Send a name of your own, or change the policy genericSenders.',
  ),
  'placeholder-without-replies': words(
    'The sender asks for replies, the campaign does not',
    'The sender 12345 stands for a number to reply to, and replies are not asked for.',
    'Send withReplies: true, or a sender ID of your own.',
  ),
  'brand-without-code': words(
    'Nobody could reply to this sender',
    'Nobody can answer a name, and the text names no number to write to.',
    'Put XXXXX in the text where the number belongs, or send the sender 12345.',
  ),
  'number-not-rented': words(
    'The number is not rented by this account',
    'The sender is a number that another account, or nobody, rents.',
    'Send from a number that you rent, or rent one with POST /v1/numbers/rent.',
  ),
  'number-unavailable': words(
    'No such number is on offer',
    'The number is taken, at rest, or not there.',
    'Choose another one of those on offer.',
  ),
  'nothing-to-replay': words(
    'Nothing to send again',
    'No delivery of this endpoint meets the selection.',
    'Widen the time, name other states, or look at the list of deliveries first.',
  ),
  'unsafe-url': words(
    'The address can not be used',
    'Callbacks are not posted to such an address.',
    'Send a public https address that answers on an allowed port.',
  ),
  'try-later': words(
    'Try again later',
    'A part that is needed is out of reach. Nothing was stored.',
    'Send the request again after the time that Retry-After says.',
  ),
  internal: words('Something went wrong', 'Something went wrong on our side.', 'Quote the requestId when you ask about it.'),
};

const dictionary: Record<Language, Record<ErrorCode, ProblemWords>> = { en, fr };

export const problemWords = (language: Language, code: ErrorCode): ProblemWords => dictionary[language][code];

/** The language that an Accept-Language header likes best of ours: English without one, and where it likes neither. */
export function languageOf(header: string | undefined): Language {
  const liked = (header ?? '').split(',').map((part, place) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const weight = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find((each) => each !== undefined);
    return { language: tag.split('-')[0], weight: weight === undefined ? 1 : Number(weight), place };
  });
  const [best] = liked
    .filter(({ language, weight }) => (language === 'fr' || language === 'en') && weight > 0)
    .toSorted((a, b) => b.weight - a.weight || a.place - b.place);
  return best?.language === 'fr' ? 'fr' : 'en';
}
