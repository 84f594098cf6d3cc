import type { ErrorCode } from './errors.ts';

type Language = 'en' | 'fr';
/** A refusal in words: its title, a sentence that a customer understands, and what to do. */
type ProblemWords = { title: string; sentence: string; remedy: string };

const words = (title: string, sentence: string, remedy: string): ProblemWords => ({ title, sentence, remedy });

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
    'Send the six digits that the authenticator shows now.',
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

const fr: Record<ErrorCode, ProblemWords> = {
  'invalid-request': words(
    'La requête n’est pas valide',
    'Une partie de la requête ne peut pas être lue telle quelle.',
    'Corrigez les champs indiqués et renvoyez-la.',
  ),
  'invalid-rows': words(
    'Certains destinataires ne peuvent pas être acceptés',
    'Des lignes de la liste sont incorrectes : rien n’a été enregistré.',
    'Corrigez ou retirez les lignes indiquées, puis renvoyez la liste.',
  ),
  'invalid-list': words(
    'La liste est illisible',
    'Le fichier n’est pas une liste de destinataires lisible.',
    'Envoyez un CSV avec une ligne d’en-tête ou du JSON ligne par ligne, en UTF-8.',
  ),
  'body-too-large': words(
    'Le contenu est trop volumineux',
    'La requête contient plus que ce qui est accepté en une fois.',
    'Envoyez-en moins à la fois, ou une longue liste sous forme de fichier.',
  ),
  unauthenticated: words(
    'Aucune clé d’API valide',
    'La requête ne porte ni clé ni session en cours.',
    'Envoyez Authorization: Bearer avec une clé active, ou reconnectez-vous.',
  ),
  'sign-in-failed': words(
    'Connexion refusée',
    'L’adresse et le mot de passe ne correspondent pas.',
    'Vérifiez les deux, ou demandez une nouvelle invitation.',
  ),
  'code-required': words(
    'Un code est aussi nécessaire',
    'Cet utilisateur se connecte aussi avec le code d’une application d’authentification.',
    'Envoyez les six chiffres affichés par l’application.',
  ),
  'too-many-attempts': words(
    'Trop de tentatives',
    'Il y a eu trop de tentatives en peu de temps.',
    'Attendez le délai indiqué par Retry-After.',
  ),
  forbidden: words(
    'Action non autorisée',
    'La clé ou l’utilisateur n’a pas ce droit.',
    'Utilisez une clé ou un rôle qui l’a, ou demandez à un propriétaire du compte ou à votre opérateur.',
  ),
  'not-found': words(
    'Introuvable',
    'Cet élément n’existe pas, ou n’est pas de ce compte.',
    'Vérifiez l’adresse et l’identifiant.',
  ),
  'answered-meanwhile': words(
    'Répondu entre-temps',
    'Quelqu’un d’autre a répondu depuis que vous avez regardé.',
    'Lisez sa réponse, et envoyez la vôtre si elle reste utile.',
  ),
  conflict: words(
    'Impossible dans l’état actuel',
    'L’élément est dans un état qui ne permet pas cette action.',
    'Consultez-le de nouveau, puis décidez.',
  ),
  'idempotency-key-reused': words(
    'L’Idempotency-Key appartient à une autre requête',
    'La même clé a déjà accompagné un autre contenu.',
    'Envoyez une nouvelle clé pour une nouvelle requête.',
  ),
  'idempotency-key-in-flight': words(
    'La même requête est en cours',
    'La première requête avec cette clé n’est pas terminée.',
    'Patientez un instant et renvoyez-la avec la même clé.',
  ),
  'lowcost-marketing': words(
    'Pas de marketing vers la France en lowcost',
    'Un numéro mobile ne peut pas envoyer de messages commerciaux en France.',
    'Envoyez cette campagne en premium, ou changez le réglage du compte.',
  ),
  'two-way-off': words(
    'Le SMS bidirectionnel n’est pas activé',
    'La campagne demande des réponses, et ce compte n’a pas le SMS bidirectionnel.',
    'Demandez-le avec POST /v1/two-way/request, ou envoyez sans réponses.',
  ),
  'no-carrier': words(
    'Aucun opérateur pour cette route',
    'Rien n’est connecté pour envoyer par cette route.',
    'Choisissez une autre route, ou demandez à votre opérateur.',
  ),
  'no-reply-code': words(
    'Il n’y a pas de numéro auquel répondre',
    'Des destinataires ne pourraient pas répondre : il n’y a pas de numéro pour leur pays.',
    'Louez un numéro pour ce pays, retirez-les, ou envoyez-leur sans réponses (allowUnreachable).',
  ),
  'sender-missing': words(
    'Il manque un expéditeur',
    'Un message premium a besoin d’un expéditeur.',
    'Envoyez un expéditeur de 3 à 11 lettres et chiffres, ou demandez des réponses.',
  ),
  'sender-invalid': words(
    'L’expéditeur ne peut pas être utilisé',
    'Les téléphones ne peuvent pas afficher cet expéditeur.',
    'Envoyez 3 à 11 lettres A–Z et chiffres, dont au moins une lettre.',
  ),
  'placeholder-without-replies': words(
    'L’expéditeur demande des réponses, pas la campagne',
    'L’expéditeur 12345 remplace un numéro auquel répondre, et aucune réponse n’est demandée.',
    'Envoyez withReplies: true, ou un expéditeur à vous.',
  ),
  'brand-without-code': words(
    'Personne ne pourrait répondre à cet expéditeur',
    'On ne répond pas à un nom, et le texte n’indique aucun numéro où écrire.',
    'Placez XXXXX dans le texte à la place du numéro, ou envoyez l’expéditeur 12345.',
  ),
  'number-not-rented': words(
    'Le numéro n’est pas loué par ce compte',
    'L’expéditeur est un numéro loué par un autre compte, ou par personne.',
    'Envoyez depuis un numéro que vous louez, ou louez-en un avec POST /v1/numbers/rent.',
  ),
  'number-unavailable': words(
    'Ce numéro n’est pas proposé',
    'Le numéro est pris, au repos, ou n’existe pas.',
    'Choisissez-en un autre parmi ceux qui sont proposés.',
  ),
  'nothing-to-replay': words(
    'Rien à renvoyer',
    'Aucune livraison de cet endpoint ne correspond à la sélection.',
    'Élargissez la période, choisissez d’autres états ou consultez d’abord la liste des livraisons.',
  ),
  'unsafe-url': words(
    'L’adresse ne peut pas être utilisée',
    'Les callbacks ne sont pas envoyés à une telle adresse.',
    'Envoyez une adresse https publique qui répond sur un port autorisé.',
  ),
  'try-later': words(
    'Réessayez plus tard',
    'Un élément nécessaire est hors d’atteinte. Rien n’a été enregistré.',
    'Renvoyez la requête après le délai indiqué par Retry-After.',
  ),
  internal: words(
    'Une erreur est survenue',
    'Une erreur est survenue de notre côté.',
    'Indiquez le requestId en nous contactant.',
  ),
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
