/** What people set for themselves, and for how long and when an account is there. */
export const accountFr = {
  me: 'Votre accès',
  'role.operator': 'Opérateur',
  authenticator: 'Application d’authentification',
  authenticatorOn: 'Demandée à la connexion',
  authenticatorOff: 'Pas encore',
  authenticatorHint:
    'Un code à six chiffres de votre téléphone, en plus du mot de passe. Si vous perdez le téléphone, l’administrateur de l’installation retire cette protection.',
  authenticatorBegin: 'Mettre en place',
  authenticatorScan: 'Scannez ce code avec votre application, ou recopiez la clé. Entrez ensuite le code qu’elle affiche.',
  authenticatorQr: 'QR code de la clé qui suit',
  authenticatorSecret: 'Clé',
  authenticatorConfirm: 'Confirmer',
  authenticatorRemove: 'Ne plus demander de code',

  asksFirst:
    'Sur un compte V0, les boutons de cette page demandent un changement : nous le mettons en place dans votre compte, et la liste des demandes vous dit quand c’est fait.',
  outOfHours: 'Hors horaires',
  outOfHoursHint:
    'Ce qui est répondu à qui écrit quand personne n’est là : une fois par conversation et par fermeture. Un STOP, un mot-clé, une réponse qui nous arrive avec plus d’une heure de retard (comme en Lowcost) n’en reçoivent pas.',
  outOfHoursOn: 'Répondre hors horaires',
  outOfHoursText: 'Texte de la réponse',
  outOfHoursTextHint: 'Par exemple : Nous sommes fermés. Nous vous répondons demain dès 9 h.',
  openingHours: 'Quand quelqu’un est là',
  openingHoursHint: 'À l’heure du compte ({zone}). 00:00 comme fin veut dire minuit.',
  closedAllDay: 'Fermé',
  openFrom: 'De',
  openTo: 'À',
  addOpening: 'Ajouter un horaire',
  addOpeningOn: 'Ajouter un horaire, {day}',
  removeOpening: 'Retirer {day}, de {from} à {to}',
  retention: 'Conservation',
  retentionHint:
    'Combien de temps votre compte garde ce que les gens écrivent, et qui ils sont. Ce qui est plus ancien est effacé chaque nuit.',
  keepTexts: 'Garder les textes',
  keepTextsHint: 'Des SMS, des réponses, des notes et des callbacks. Les chiffres restent.',
  keepContacts: 'Garder les personnes',
  keepContactsHint:
    'Après leur dernier message. Leur numéro est effacé partout ; qui a répondu STOP n’est toujours pas contacté.',
  keepForEver: 'Pour toujours',
  keepDays: '{n} jours',
  retentionAsk: 'Changer la conservation ?',
  retentionAskHint: 'Ce qui dépasse la durée choisie est effacé dès la nuit prochaine. Rien ne le ramène.',
  sessionEnded:
    'Votre session a pris fin. Reconnectez-vous : vous reviendrez à cette page, et une réponse commencée vous attend.',
} as const;
