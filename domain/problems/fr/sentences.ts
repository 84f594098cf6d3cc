import type { SentenceKey } from '../said.ts';

export const sentences: Record<SentenceKey, string> = {
  'first-fault': '« {field:field} » {problem}.',
  'first-fault-of-row': 'Ligne {row} : « {field:field} » {problem}.',
  'field.to': 'numéro',
  'field.phone': 'numéro',
  'field.text': 'message',
  'field.reference': 'référence',
  'field.recipients': 'destinataires',
  'field.sender': 'expéditeur',
  'field.list': 'liste',
  'field.body': 'contenu',

  'no-route': 'Il n’y a rien à cette adresse. Celles qui existent sont dans /openapi.json.',
  'no-carrier-webhook': 'Aucun opérateur n’envoie rien ici.',
  'not-listed': 'Cela ne figure pas sur la liste de ce compte.',

  'key-unknown': 'La clé d’API est inconnue ou révoquée. Envoyez Authorization: Bearer <clé> avec une clé active.',
  'session-ended': 'La session est terminée. Reconnectez-vous.',
  'not-signed': 'La requête n’est pas signée comme convenu.',
  'recovery-code-used': 'Le code de secours n’est pas valable, ou a déjà servi.',
  'code-used': 'Le code n’est pas valable, ou a déjà servi. Attendez le suivant.',
  'link-used': 'Le lien a déjà servi, ou est trop ancien. Demandez-en un autre.',

  'sign-on-unverified': 'Votre fournisseur ne garantit pas votre adresse e-mail.',
  'sign-on-domain': 'Votre adresse e-mail est d’un domaine dont ce fournisseur ne répond pas.',
  'sign-on-removed': 'Vous avez été retiré du compte. Un propriétaire peut vous inviter de nouveau.',
  'sign-on-elsewhere': 'Votre adresse appartient à un utilisateur d’un autre compte, ou d’un autre fournisseur.',
  'sign-on-no-role': 'Votre fournisseur ne vous donne aucun rôle ici.',
  'sign-on-state': 'Cette connexion a déjà servi, a commencé dans un autre navigateur ou est trop ancienne. Recommencez.',
  'sign-on-none': 'Il n’y a pas de connexion unique pour cette adresse.',
  'sign-on-away': 'Le fournisseur est injoignable en ce moment.',
  'sign-on-no-url': 'PUBLIC_URL n’est pas renseigné : aucun fournisseur ne pourrait ramener ici.',
  'sign-on-only': 'Connectez-vous par votre fournisseur : ici, le mot de passe est réservé aux propriétaires.',
  'domain-taken': 'La preuve a été faite que ce domaine appartient à un autre compte.',
  'domain-unproved': 'Aucun enregistrement TXT de {name} ne dit encore {value}. Il peut mettre une heure à se voir.',

  'needs-console-header': 'Une requête de session doit porter l’en-tête X-Requested-With.',
  'operators-only-operate': 'Un opérateur n’ouvre que /v1/operator. Utilisez une clé ou un utilisateur du compte lui-même.',
  'role-may-not': 'Votre rôle ({role}) ne le permet pas. Demandez à un propriétaire du compte.',
  'needs-operator': 'Ceci appartient à un compte. /v1/operator demande une clé d’opérateur (npm run admin -- create-operator).',
  'real-clock': 'Cette installation suit l’heure réelle. Retirez now ; SYNC_CLOCK=injected ne sert qu’aux tests.',

  'unreadable-webhook': 'La requête est illisible : {reason}.',
  'times-reversed': 'La période finit avant de commencer.',

  'campaign.draft': 'en brouillon',
  'campaign.importing': 'en cours d’importation',
  'campaign.ready': 'prête',
  'campaign.launched': 'lancée',
  'campaign.paused': 'en pause',
  'campaign.completed': 'terminée',
  'campaign.cancelled': 'annulée',
  'campaign-not-in-state': 'La campagne est {state:campaign} : ceci n’est possible que lorsqu’elle est {from:campaign}.',
  'campaign-not-ready': 'La campagne est {state:campaign} : elle peut être lancée quand sa liste est prête.',
  'campaign-not-draft':
    'La campagne est {state:campaign} : elle et sa liste se modifient tant qu’elle est en brouillon ou prête.',
  'campaign-not-previewable': 'La campagne est {state:campaign} : elle envoie ce que disait sa liste.',
  'campaign-changed': 'La campagne vient de changer. Consultez-la de nouveau.',
  'campaign-busy': 'La campagne est en cours de modification, ou sa liste d’envoi. Attendez la fin.',
  'no-list-to-preview': 'La campagne n’a pas de liste à prévisualiser. Envoyez-en une avec POST /campaigns/{{id}}/recipients.',
  'list-name-taken': 'Une liste porte déjà ce nom. Ajoutez-y des lignes, ou choisissez un autre nom.',
  'list-refused': 'La liste est illisible : rien n’a été enregistré.',
  'nobody-to-write-to': 'Il n’y a personne à qui écrire : rien n’a été enregistré.',
  'rows-invalid': '{rows} {rows|ligne|lignes} de la liste ne {rows|peut pas être acceptée|peuvent pas être acceptées}.',
  'rows-refused':
    '{rows} {rows|destinataire ne peut pas être accepté|destinataires ne peuvent pas être acceptés} : rien n’a été enregistré.',
  'rows-refused-more':
    '{rows} destinataires ne peuvent pas être acceptés : rien n’a été enregistré. Les {listed} premiers problèmes sont indiqués ; il y en a {more} de plus.',
  'rows-unreadable': 'Des lignes sont illisibles : rien n’a été enregistré.',
  'too-many-campaign-addresses': 'Les campagnes peuvent nommer {most} adresses au plus.',

  'sent-nothing-there': 'Cette campagne n’a rien envoyé au téléphone d’où vient la réponse.',
  'too-many-views': 'Vous gardez {most} vues au plus. Supprimez-en une d’abord.',
  'view-name-taken': 'Vous avez déjà une vue de ce nom.',
  'rule-taken': 'Il y a déjà une règle pour ce mot, ce numéro et cette campagne. Modifiez celle-là.',
  'too-many-rules': 'Un compte a {most} règles au plus. Supprimez-en d’abord.',
  'too-many-canned': 'Un compte garde {most} réponses types au plus. Supprimez-en une d’abord.',
  'conversation-exists': 'Il y a déjà une conversation avec ce numéro. Répondez-y.',
  'line-taken': 'Il y a déjà une ligne pour cet opérateur, ce pays et ce compte. Retirez-la d’abord.',
  'carrier-name-taken': 'Un opérateur porte déjà ce nom. Choisissez-en un autre.',
  'carrier-pushes': 'Cet opérateur envoie lui-même ses réponses : il n’y a rien à synchroniser.',
  'nothing-held': 'Aucune restauration n’attend de reprise : les envois ne sont pas retenus.',

  'mails-not-paused': 'Les e-mails ne sont pas suspendus.',
  'replay-over': 'Le renvoi est terminé.',
  'mail-not-again':
    'Il a été remis, est en route, ou dit ce qui n’est plus conservé. Vers une adresse écartée, envoyez POST /v1/mail-suppressions/lift.',
  'already-on-its-way': 'Il est déjà en route, ou son endpoint est supprimé.',
  'too-many-endpoints': 'Un compte a {most} endpoints de callback au plus. Supprimez-en un d’abord.',
  'endpoint-state': 'L’endpoint est dans l’état {state}. {hint:endpoint}',
  'endpoint.healthy': 'Il est déjà utilisé.',
  'endpoint.open': 'Il est réessayé de lui-même ; POST …/enable l’essaie tout de suite.',
  'endpoint.recovering': 'Il est déjà utilisé.',
  'endpoint.paused': 'POST …/resume le reprend.',
  'endpoint.disabled': 'POST …/enable le remet en service.',
  'endpoint.gone': 'POST …/enable le remet en service, ou PATCH avec une nouvelle url.',
  'too-many-requests-wait': '{most} demandes de ce compte attendent déjà. Retirez-en une, ou attendez l’opérateur.',
  'earlier-request-waits': 'Une demande antérieure sur le même sujet attend. Traitez-la ou refusez-la d’abord.',
  'request-decided': 'La demande n’attend plus : elle est {state:request}.',
  'request.done': 'prise en compte',
  'request.refused': 'refusée',
  'request.withdrawn': 'retirée',
  'asked-for': 'Nous allons le mettre en place dans votre compte.',

  'too-many-brands': 'Un compte a {most} marques au plus.',
  'migrated-already': 'Le compte est déjà sur la V2, sans retour possible.',
  'two-way-on': 'Le compte a déjà SMS Réponse (two-way).',
  'two-way-asked': 'C’est déjà demandé ; un opérateur décide.',
  'no-simulated-phones': 'Cette installation n’a pas de téléphones simulés.',
  'nothing-to-reply-to': 'Ce téléphone n’a rien reçu de ce compte à quoi répondre. Envoyez-lui d’abord un message.',
  'rule-changed': 'La règle a changé : sa version est {version}. Consultez-la de nouveau.',
  'no-rental-price': 'Aucun prix n’est fixé pour un mois d’un numéro de {country} : il ne peut pas être loué.',
  'number-taken': 'L’opérateur a déjà ce numéro.',
  'number-not-rented-out': 'Personne ne loue ce numéro, ou il n’est pas virtuel.',
  'number-given': 'L’opérateur a donné ce numéro au compte, et le reprend.',
  'number-sending': 'Une campagne part de ce numéro. Laissez-la finir, ou annulez-la.',

  'no-authenticator-of-person': 'Cette personne n’a pas d’application d’authentification.',
  'address-taken': 'Cette adresse est déjà celle d’un utilisateur.',
  'owner-signed-in': 'Un propriétaire le fait une fois connecté : une clé n’est personne.',
  'own-by-password': 'La vôtre se retire avec votre mot de passe.',
  'for-an-owner': 'Un propriétaire du compte le fait pour ses autres utilisateurs.',
  'own-key': 'C’est la clé de cette requête même. Révoquez-la avec une autre.',
  'authenticator-there': 'Il y a déjà une application d’authentification.',
  'code-does-not-fit': 'Le code ne convient pas. Vérifiez l’heure de votre téléphone.',
  'no-authenticator': 'Il n’y a pas d’application d’authentification.',
  'last-owner': 'C’est le dernier propriétaire du compte. Nommez d’abord un autre propriétaire.',
  'operator-has-no-role': 'Un opérateur n’appartient à aucun compte et n’a pas d’autre rôle.',

  'two-way.off': 'désactivé',
  'two-way.requested': 'demandé',
  'two-way.on': 'activé',
  'two-way.refused': 'refusé',
  'two-way-off':
    'Ce compte n’a pas SMS Réponse (two-way) (état : {state:two-way}). Demandez-le avec POST /v1/two-way/request, en disant pourquoi et combien de réponses vous attendez ; un opérateur décide.',
  'two-way-off-because':
    'Ce compte n’a pas SMS Réponse (two-way) (état : {state:two-way}, pour ce motif : {reason}). Demandez-le avec POST /v1/two-way/request, en disant pourquoi et combien de réponses vous attendez ; un opérateur décide.',
  'two-way-requested':
    'Ce compte n’a pas encore SMS Réponse (two-way) : la demande est faite par POST /v1/two-way/request ; un opérateur décide, et un e-mail vous le dira.',
  'no-carrier':
    'Aucun opérateur ne dessert la route {route} sur cette installation. Demandez à l’opérateur, ou choisissez une autre route.',
  'no-sims': 'La passerelle lowcost n’a encore aucune SIM. L’opérateur les ajoute avec POST /v1/operator/numbers.',
  'no-reply-code': 'Des destinataires ne pourraient pas répondre : rien n’a été enregistré.',
  'no-reply-none-on-offer':
    'Des destinataires ne pourraient pas répondre : rien n’a été enregistré. Aucun numéro de ces pays n’est proposé actuellement ; demandez à votre opérateur.',
  'no-reply-on-offer':
    'Des destinataires ne pourraient pas répondre : rien n’a été enregistré. Numéros proposés : {offers}. Louez avec POST /v1/numbers/rent.',
  'replies-need-sender': 'Une campagne avec réponses a besoin d’un expéditeur.',
  'premium-needs-sender': 'Un message premium sans réponses a besoin d’un expéditeur.',
  'brand-without-code':
    'Avec un expéditeur qui vous est propre, personne ne pourrait répondre : le texte n’indique aucun numéro où écrire.',
  'spend-limit': 'Cela coûte {cost}, et il reste {left} du plafond du {period:period}. Rien n’a été enregistré.',
  'period.day': 'jour',
  'period.month': 'mois',

  'wait.scheduled': 'Elle est programmée.',
  'wait.paused': 'Elle est en pause : reprenez-la.',
  'wait.restored': 'Rien ne part tant qu’un opérateur n’a pas vérifié la base restaurée.',
  'wait.spend-limit': 'Elle attend le plafond de dépenses du compte, et reprend d’elle-même.',
  'wait.carrier-paused': 'La ligne de son opérateur est mise en pause par l’administrateur de cette installation.',
  'wait.carrier-down': 'Aucune ligne vers son opérateur n’est ouverte ; elle reprend d’elle-même dès qu’il y en a une.',
  'wait.quiet-hours': 'Elle attend la fin des heures calmes des destinataires, et reprend d’elle-même.',
  'wait.pace': 'Ses numéros ont envoyé ce qu’ils pouvaient pour l’instant ; elle reprend d’elle-même.',
  'wait.carrier-busy': 'L’opérateur ne prend rien pour l’instant ; un nouvel essai se fait de lui-même.',

  'warn.country-unknown': 'Personne n’a confirmé que des réponses arrivent de {countries}.',
  'warn.country-no-reply': 'Ces destinataires ne peuvent pas répondre : {countries}. Avec un numéro loué, ils le pourraient.',
  'warn.quiet-held':
    '{n} {n|destinataire est|destinataires sont} alors en heures calmes : {n|le message attend|leurs messages attendent}, le dernier jusqu’au {until}.',
  'warn.quiet-hours':
    'Des destinataires le recevraient à un moment à éviter : {notes}. Choisissez un autre sendAt, ou le réglage quietHours: hold.',
  'quiet.night': 'la nuit ({name}) : {n}',
  'quiet.sunday': 'un dimanche : {n}',
  'quiet.holiday': 'un jour férié ({name}) : {n}',
  'quiet.alsace-moselle': 'un jour férié d’Alsace-Moselle ({name}) : {n}',
  'warn.attribution-ambiguous':
    '{n} {n|destinataire peut|destinataires peuvent} encore répondre à une autre campagne par le même numéro, et aucun autre numéro n’est libre : on ne saura peut-être pas à laquelle des deux une réponse s’adresse. Un mot-clé propre à la campagne les distingue.',
  'warn.sender-overridden':
    'L’expéditeur {sender} n’est pas celui qui s’affiche : les messages viennent de {became}, pour qu’on puisse y répondre.',
  'warn.opted-out':
    '{n} {n|destinataire s’est désinscrit|destinataires se sont désinscrits} : {n|son message est écarté|leurs messages sont écartés}.',
  'warn.landline': '{n} {n|destinataire a|destinataires ont} un téléphone fixe, qui ne reçoit pas de SMS.',
  'warn.placeholder-slip':
    'Le texte a {found} au caractère {at}, qui part tel quel : le numéro où écrire remplace XXXXX, cinq majuscules.',
  'warn.price-missing': 'Aucun prix n’est fixé pour {countries} : le coût ne les compte pas.',
  'warn.lowcost-marketing':
    '{n} {n|destinataire|destinataires} en France {n|recevrait|recevraient} du marketing d’un numéro mobile, ce que le plan de numérotation ne permet pas. Envoyez en premium.',
  'warn.stop-mention-missing':
    '{n} {n|destinataire|destinataires} en France {n|recevrait|recevraient} du marketing qui ne dit pas comment l’arrêter : il n’y a pas de numéro à nommer. Dites-le dans le texte, ou fixez le réglage stopMention.',
  'warn.spend-limit':
    'Cela coûte {cost}, et il reste {left} du plafond du {period:period} : ce qui dépasse attend le {period:period} suivant, ou un plafond relevé, et part de lui-même.',
  'warn.sender-unregistered':
    'L’expéditeur {sender} n’est pas enregistré comme une marque de ce compte : {n} {n|destinataire le voit|destinataires le voient}. Enregistrez-le avec POST /v1/brands ; un opérateur le confirme.',
  'warn.sender-generic':
    'L’expéditeur {sender} est un mot qui ne dit pas qui écrit, ce que la France demande : {n} {n|destinataire le voit|destinataires le voient}. Envoyez un nom qui vous est propre, ou faites confirmer celui-ci comme votre marque.',
};
