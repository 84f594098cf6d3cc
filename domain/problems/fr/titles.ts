import type { ErrorCode } from '../said.ts';

export const titles: Record<ErrorCode, readonly [title: string, sentence: string, remedy: string]> = {
  'invalid-request': [
    'La requête n’est pas valide',
    'Une partie de la requête ne peut pas être lue telle quelle.',
    'Corrigez les champs indiqués et renvoyez-la.',
  ],
  'invalid-rows': [
    'Certains destinataires ne peuvent pas être acceptés',
    'Des lignes de la liste sont incorrectes : rien n’a été enregistré.',
    'Corrigez ou retirez les lignes indiquées, puis renvoyez la liste.',
  ],
  'invalid-list': [
    'La liste est illisible',
    'Le fichier n’est pas une liste de destinataires lisible.',
    'Envoyez un CSV avec une ligne d’en-tête ou du JSON ligne par ligne, en UTF-8.',
  ],
  'body-too-large': [
    'Le contenu est trop volumineux',
    'La requête contient plus que ce qui est accepté en une fois.',
    'Envoyez-en moins à la fois, ou une longue liste sous forme de fichier.',
  ],
  unauthenticated: [
    'Aucune clé d’API valide',
    'La requête n’a pas de clé d’API. Envoyez l’en-tête Authorization: Bearer <votre clé>.',
    'Envoyez Authorization: Bearer avec une clé active, ou reconnectez-vous.',
  ],
  'sign-in-failed': [
    'Connexion refusée',
    'L’adresse e-mail ou le mot de passe n’est pas le bon.',
    'Vérifiez les deux, ou demandez une nouvelle invitation.',
  ],
  'code-required': [
    'Un code est aussi nécessaire',
    'Cet utilisateur se connecte avec une application d’authentification. Envoyez ses six chiffres, ou un code de secours, dans code.',
    'Envoyez les six chiffres affichés par l’application, ou un code de secours.',
  ],
  'wrong-password': [
    'Le mot de passe n’est pas le bon',
    'Le mot de passe n’est pas le bon.',
    'Envoyez le mot de passe avec lequel vous vous connectez.',
  ],
  'password-again': [
    'Le mot de passe est redemandé',
    'Un facteur, une clé ou une personne ne change que peu après la saisie du mot de passe.',
    'Donnez le mot de passe par POST /v1/session/confirm, puis renvoyez la requête.',
  ],
  'authenticator-required': [
    'Une application d’authentification est exigée',
    'Pour se connecter ici, il faut une application d’authentification. Mettez d’abord la vôtre en place.',
    'Commencez par POST /v1/session/totp, ou sous « Votre accès » dans la console.',
  ],
  'limit-reached': [
    'Limite atteinte',
    'Le compte en a autant qu’il peut en avoir.',
    'Supprimez ce qui ne sert plus, puis réessayez.',
  ],
  'too-many-requests': [
    'Trop de requêtes',
    'Cette clé ou ce compte a fait toutes les requêtes permises en une minute.',
    'Réessayez après Retry-After secondes. Les en-têtes RateLimit et RateLimit-Policy disent combien il en reste.',
  ],
  'too-many-at-once': [
    'Trop de requêtes à la fois',
    'Cette clé ou ce compte a trop de requêtes en cours au même moment.',
    'Attendez que quelques-unes aient leur réponse, puis réessayez.',
  ],
  'no-mail': [
    'Aucun e-mail ne part d’ici',
    'PUBLIC_URL n’est pas renseigné : aucun lien ne peut partir d’ici.',
    'Demandez à l’administrateur : npm run admin -- set-password crée un nouveau mot de passe.',
  ],
  'too-many-attempts': [
    'Trop de tentatives',
    'Il y a eu trop de tentatives. Attendez un quart d’heure, puis réessayez.',
    'Attendez le délai indiqué par Retry-After.',
  ],
  forbidden: [
    'Action non autorisée',
    'La clé ou l’utilisateur n’a pas ce droit.',
    'Utilisez une clé ou un rôle qui l’a, ou demandez à un propriétaire du compte ou à votre opérateur.',
  ],
  'not-found': [
    'Introuvable',
    'Aucun élément de cet identifiant n’appartient à ce compte.',
    'Vérifiez l’adresse et l’identifiant.',
  ],
  'answered-meanwhile': [
    'Répondu entre-temps',
    'Quelqu’un d’autre a répondu depuis que vous avez regardé. Lisez d’abord sa réponse.',
    'Lisez sa réponse, et envoyez la vôtre si elle reste utile.',
  ],
  conflict: [
    'Impossible dans l’état actuel',
    'L’élément est dans un état qui ne permet pas cette action.',
    'Consultez-le de nouveau, puis décidez.',
  ],
  'idempotency-key-reused': [
    'L’Idempotency-Key appartient à une autre requête',
    'Cette Idempotency-Key a servi à une autre requête. Envoyez une nouvelle clé pour chaque requête, ou exactement le même contenu.',
    'Envoyez une nouvelle clé pour une nouvelle requête.',
  ],
  'idempotency-key-in-flight': [
    'La même requête est en cours',
    'Une requête avec cette Idempotency-Key est en cours. Renvoyez-la dans un instant pour obtenir sa réponse.',
    'Patientez un instant et renvoyez-la avec la même clé.',
  ],
  'lowcost-marketing': [
    'Pas de marketing vers la France en lowcost',
    'Un numéro mobile ne peut pas envoyer de messages commerciaux en France.',
    'Envoyez cette campagne en premium, ou changez le réglage du compte.',
  ],
  'spend-limit': [
    'Plafond de dépenses atteint',
    'Ce message coûte plus que ce que le compte peut encore dépenser.',
    'Relevez le plafond, ou réécrivez au début du jour ou du mois suivant.',
  ],
  'opted-out': [
    'Ce numéro s’est désinscrit',
    'Ce numéro est sur la liste de désinscription du compte : rien n’a été enregistré.',
    'Écrivez à d’autres, ou envoyez skipOptedOut: true pour que le message soit pris et écarté.',
  ],
  'price-missing': [
    'Aucun prix n’est fixé',
    'Ce qui est demandé n’a pas de prix.',
    'Demandez à votre opérateur d’en fixer un ; un prix de 0 le rend gratuit.',
  ],
  'two-way-off': [
    'SMS Réponse (two-way) n’est pas activé',
    'La campagne demande des réponses, et ce compte n’a pas SMS Réponse (two-way).',
    'Demandez-le avec POST /v1/two-way/request, ou envoyez sans réponses.',
  ],
  'no-carrier': [
    'Aucun opérateur pour cette route',
    'Rien n’est connecté pour envoyer par cette route.',
    'Choisissez une autre route, ou demandez à votre opérateur.',
  ],
  'no-reply-code': [
    'Il n’y a pas de numéro auquel répondre',
    'Des destinataires ne pourraient pas répondre : il n’y a pas de numéro pour leur pays.',
    'Louez un numéro pour ce pays, retirez-les, ou envoyez-leur sans réponses (allowUnreachable).',
  ],
  'sender-missing': [
    'Il manque un expéditeur',
    'Un message premium a besoin d’un expéditeur.',
    'Envoyez un expéditeur de 3 à 11 lettres et chiffres, ou demandez des réponses.',
  ],
  'sender-invalid': [
    'L’expéditeur ne peut pas être utilisé',
    'Les téléphones ne peuvent pas afficher cet expéditeur.',
    'Envoyez 3 à 11 lettres A–Z et chiffres, dont au moins une lettre.',
  ],
  'sender-unregistered': [
    'L’expéditeur n’est pas une marque enregistrée',
    'Aucun opérateur n’a confirmé cet expéditeur comme une marque du compte.',
    'Enregistrez-le avec POST /v1/brands, ou changez le réglage brandRegistration.',
  ],
  'sender-generic': [
    'L’expéditeur ne dit pas qui écrit',
    'En France, un expéditeur doit dire qui écrit, et celui-ci est un mot que chacun peut employer.',
    'Envoyez un nom qui vous est propre, ou changez le réglage genericSenders.',
  ],
  'placeholder-without-replies': [
    'L’expéditeur demande des réponses, pas la campagne',
    'L’expéditeur 12345 remplace un numéro auquel répondre, et aucune réponse n’est demandée.',
    'Envoyez withReplies: true, ou un expéditeur qui vous est propre.',
  ],
  'brand-without-code': [
    'Personne ne pourrait répondre à cet expéditeur',
    'On ne répond pas à un nom, et le texte n’indique aucun numéro où écrire.',
    'Placez XXXXX dans le texte à la place du numéro, ou envoyez l’expéditeur 12345.',
  ],
  'number-not-rented': [
    'Le numéro n’est pas loué par ce compte',
    'L’expéditeur est un numéro loué par un autre compte, ou par personne.',
    'Envoyez depuis un numéro que vous louez, ou louez-en un avec POST /v1/numbers/rent.',
  ],
  'number-unavailable': [
    'Ce numéro n’est pas proposé',
    'Le numéro est pris, au repos, ou n’existe pas.',
    'Choisissez-en un autre parmi ceux qui sont proposés.',
  ],
  'nothing-to-replay': [
    'Rien à renvoyer',
    'Aucune livraison de cet endpoint ne correspond à la sélection.',
    'Élargissez la période, choisissez d’autres états ou consultez d’abord la liste des livraisons.',
  ],
  'unsafe-url': [
    'L’adresse ne peut pas être utilisée',
    'Les callbacks ne sont pas envoyés à une telle adresse.',
    'Envoyez une adresse https publique qui répond sur un port autorisé.',
  ],
  'try-later': [
    'Réessayez plus tard',
    'La base de données est hors d’atteinte. Rien n’a été enregistré : renvoyez la requête.',
    'Renvoyez la requête après le délai indiqué par Retry-After.',
  ],
  internal: [
    'Une erreur est survenue',
    'Une erreur est survenue de notre côté. Indiquez le requestId en nous contactant.',
    'Indiquez le requestId en nous contactant.',
  ],
};
