import type { NoticeKind } from '../domain/mail/notice.ts';
import { accessWords } from './access-words.ts';
import { CHANGES, PROBLEMS } from './notice-choices.ts';
import type { NoticeWords } from './notice-types.ts';

const because = (reason: string | null, lead: string): string[] => (reason === null ? [] : [`${lead} ${reason}`]);

const fr: { [K in NoticeKind]: NoticeWords<K> } = {
  'endpoint-failing': ({ url, since }, date) => ({
    subject: 'Votre adresse de callback ne répond plus',
    lines: [
      `${url} est en échec depuis le ${date(since)}.`,
      'Rien n’est perdu : les réponses sont conservées et vous seront envoyées à son retour. Elles sont aussi sur la plateforme.',
    ],
  }),
  'endpoint-misconfigured': ({ url, problem }) => ({
    subject: 'Votre adresse de callback est mal réglée',
    lines: [`${url} a refusé un envoi : ${problem}.`, 'Vérifiez l’adresse et ses droits. Nous réessayons entre-temps.'],
  }),
  'deliveries-exhausted': ({ url, count }) => ({
    subject: 'Des envois vers votre adresse de callback sont abandonnés',
    lines: [
      `${count === 1 ? 'Un envoi' : `${count} envois`} vers ${url} ${count === 1 ? 'a' : 'ont'} échoué à toutes les tentatives.`,
      'Rien n’est perdu : les réponses sont sur la plateforme, et vous pouvez les renvoyer pendant 30 jours.',
    ],
  }),
  'endpoint-disabled': ({ url, reason }) => ({
    subject: 'Votre adresse de callback est désactivée',
    lines: [
      reason === 'gone'
        ? `${url} a répondu 410 : elle n’existe plus, et nous n’y envoyons plus rien.`
        : `${url} n’a accepté aucun envoi pendant cinq jours : nous avons cessé d’essayer.`,
      'Ce qui vous est dû est conservé. Réactivez l’adresse et choisissez ce qui doit être envoyé.',
    ],
  }),
  'endpoint-recovered': ({ url }) => ({
    subject: 'Votre adresse de callback répond à nouveau',
    lines: [`${url} accepte de nouveau les envois. Ce qui était en attente part, le plus ancien d’abord.`],
  }),
  'deliveries-expiring': ({ url, owed, at }, date) => ({
    subject: 'Des envois vers votre adresse de callback vont expirer',
    lines: [
      `${owed} envois attendent ${url}.`,
      `Sans succès avant le ${date(at)}, ils ne seront plus tentés ; vous pourrez les renvoyer pendant 30 jours.`,
    ],
  }),
  'two-way-requested': ({ accountName, accountId }) => ({
    subject: 'Une demande de SMS Réponse (two-way) attend',
    lines: [`${accountName} (${accountId}) demande à recevoir les réponses à ses SMS.`],
  }),
  'two-way-enabled': ({ reason }) => ({
    subject: 'SMS Réponse (two-way) est activé',
    lines: ['Vos destinataires peuvent désormais répondre à vos SMS.', ...because(reason, 'Motif :')],
  }),
  'two-way-refused': ({ reason }) => ({
    subject: 'Votre demande de SMS Réponse (two-way) est refusée',
    lines: ['Votre demande a été examinée et refusée.', ...because(reason, 'Motif :')],
  }),

  'two-way-disabled': ({ reason }) => ({
    subject: 'SMS Réponse (two-way) est désactivé',
    lines: [
      'Les campagnes qui demandent des réponses sont refusées. Les réponses aux SMS déjà envoyés continuent de vous parvenir.',
      ...because(reason, 'Motif :'),
    ],
  }),
  'brand-requested': ({ accountName, accountId, sender }) => ({
    subject: 'Un nom d’expéditeur attend d’être confirmé',
    lines: [`${accountName} (${accountId}) déclare que ${sender} est sa marque.`],
  }),
  'brand-confirmed': ({ sender, reason }) => ({
    subject: `Votre expéditeur ${sender} est confirmé`,
    lines: [`Vos campagnes peuvent partir sous le nom ${sender}.`, ...because(reason, 'Motif :')],
  }),
  'brand-refused': ({ sender, reason }) => ({
    subject: `Votre expéditeur ${sender} est refusé`,
    lines: [`${sender} n’est pas reconnu comme votre marque.`, ...because(reason, 'Motif :')],
  }),
  'setting-requested': ({ accountName, accountId, what }) => ({
    subject: 'Une demande de réglage attend',
    lines: [`${accountName} (${accountId}) demande : ${CHANGES.fr[what]}.`],
  }),
  'setting-done': ({ what }) => ({
    subject: 'Votre réglage est en place',
    lines: [`C’est en place dans votre compte : ${CHANGES.fr[what]}.`],
  }),
  'setting-refused': ({ what, reason }) => ({
    subject: 'Votre demande de réglage est refusée',
    lines: [`Rien n’a changé. Vous aviez demandé : ${CHANGES.fr[what]}.`, `Motif : ${reason}`],
  }),
  'number-expiring': ({ number, at }, date) => ({
    subject: 'Un numéro loué arrive à échéance',
    lines: [`La location du ${number} se termine le ${date(at)}. Renouvelez-la pour continuer à recevoir des réponses.`],
  }),
  'number-renewed': ({ number, until }, date) => ({
    subject: 'La location d’un numéro est renouvelée',
    lines: [`Le ${number} reste à vous jusqu’au ${date(until)}.`],
  }),
  'number-released': ({ number, reason }) => ({
    subject: 'Un numéro n’est plus loué',
    lines: [
      reason === 'expired' ? `La location du ${number} a pris fin.` : `L’opérateur a mis fin à la location du ${number}.`,
      'Ses réponses tardives restent à vous pendant 30 jours ; jusque-là personne d’autre ne peut le louer.',
    ],
  }),
  'spend-limit-reached': ({ limit, amount, currency, until }, date) => ({
    subject: 'Une limite de dépense est atteinte',
    lines: [
      `La limite ${limit === 'day' ? 'du jour' : 'du mois'} (${amount} ${currency}) est atteinte : vos SMS attendent.`,
      `Ils partiront d’eux-mêmes à partir du ${date(until)}, ou dès que la limite sera relevée.`,
    ],
  }),
  'carrier-alarm': ({ carrier, problem, since, detail }, date) => ({
    subject: `Opérateur ${carrier} : ${PROBLEMS.fr[problem]}`,
    lines: [
      `Constaté depuis le ${date(since)}.`,
      'Ce qui n’est pas parti attend ; rien n’est envoyé deux fois. GET /v1/operator/alarms et /v1/operator/carriers/{id}/state disent où cela en est.',
      ...because(detail, 'Dernière erreur ou nombre :'),
    ],
  }),
  'carrier-alarm-over': ({ carrier, problem, since }, date) => ({
    subject: `Opérateur ${carrier} : retour à la normale`,
    lines: [`C’est terminé : ${PROBLEMS.fr[problem]}, depuis le ${date(since)}.`],
  }),
  'reply-forwarded': ({ from, text, at, word }, date) => ({
    subject: `Réponse de ${from} (${word.toUpperCase()})`,
    lines: [`Reçue le ${date(at)} :`, ...text.split('\n')],
  }),
  'mail-relay-refuses': ({ response }) => ({
    subject: 'Le relais de courrier refuse nos identifiants',
    lines: ['Aucun e-mail ne part tant que SMTP_URL n’est pas corrigé. Rien n’est perdu.', `Réponse du relais : ${response}`],
  }),
  ...accessWords.fr,
};

const en: { [K in NoticeKind]: NoticeWords<K> } = {
  'endpoint-failing': ({ url, since }, date) => ({
    subject: 'Your callback address is failing',
    lines: [
      `${url} has been failing since ${date(since)}.`,
      'Nothing is lost: replies are kept and go out when it is back. They are on the platform too.',
    ],
  }),
  'endpoint-misconfigured': ({ url, problem }) => ({
    subject: 'Your callback address is not set up right',
    lines: [`${url} refused a delivery: ${problem}.`, 'Check the address and who may post to it. We go on trying meanwhile.'],
  }),
  'deliveries-exhausted': ({ url, count }) => ({
    subject: 'Deliveries to your callback address are given up',
    lines: [
      `${count === 1 ? 'One delivery' : `${count} deliveries`} to ${url} failed at every attempt.`,
      'Nothing is lost: the replies are on the platform, and you can have them sent again for 30 days.',
    ],
  }),
  'endpoint-disabled': ({ url, reason }) => ({
    subject: 'Your callback address is disabled',
    lines: [
      reason === 'gone'
        ? `${url} answered 410: it is gone, and nothing is sent there any more.`
        : `${url} has taken nothing for five days: we have stopped trying.`,
      'What you are owed is kept. Enable the address again and choose what is to be sent.',
    ],
  }),
  'endpoint-recovered': ({ url }) => ({
    subject: 'Your callback address works again',
    lines: [`${url} takes deliveries again. What was waiting goes out, oldest first.`],
  }),
  'deliveries-expiring': ({ url, owed, at }, date) => ({
    subject: 'Deliveries to your callback address are about to expire',
    lines: [
      `${owed} deliveries wait for ${url}.`,
      `Unless it takes them before ${date(at)} they are not tried any more; you can send them again for 30 days.`,
    ],
  }),
  'two-way-requested': ({ accountName, accountId }) => ({
    subject: 'A request for two-way SMS is waiting',
    lines: [`${accountName} (${accountId}) asks to receive the replies to its SMS.`],
  }),
  'two-way-enabled': ({ reason }) => ({
    subject: 'Two-way SMS is on',
    lines: ['People can now answer your SMS.', ...because(reason, 'Reason:')],
  }),
  'two-way-refused': ({ reason }) => ({
    subject: 'Your request for two-way SMS was refused',
    lines: ['Your request was looked at and refused.', ...because(reason, 'Reason:')],
  }),

  'two-way-disabled': ({ reason }) => ({
    subject: 'Two-way SMS is turned off',
    lines: [
      'Campaigns that ask for replies are refused. Replies to what was sent before still reach you.',
      ...because(reason, 'Reason:'),
    ],
  }),
  'brand-requested': ({ accountName, accountId, sender }) => ({
    subject: 'A sender ID waits to be confirmed',
    lines: [`${accountName} (${accountId}) says that ${sender} is its brand.`],
  }),
  'brand-confirmed': ({ sender, reason }) => ({
    subject: `Your sender ID ${sender} is confirmed`,
    lines: [`Your campaigns can go out under the name ${sender}.`, ...because(reason, 'Reason:')],
  }),
  'brand-refused': ({ sender, reason }) => ({
    subject: `Your sender ID ${sender} was refused`,
    lines: [`${sender} was not recognised as your brand.`, ...because(reason, 'Reason:')],
  }),
  'setting-requested': ({ accountName, accountId, what }) => ({
    subject: 'A request to change settings is waiting',
    lines: [`${accountName} (${accountId}) asks for: ${CHANGES.en[what]}.`],
  }),
  'setting-done': ({ what }) => ({
    subject: 'What you asked for is set up',
    lines: [`It is in place in your account: ${CHANGES.en[what]}.`],
  }),
  'setting-refused': ({ what, reason }) => ({
    subject: 'What you asked for was refused',
    lines: [`Nothing has changed. You had asked for: ${CHANGES.en[what]}.`, `Reason: ${reason}`],
  }),
  'number-expiring': ({ number, at }, date) => ({
    subject: 'A rented number is about to expire',
    lines: [`The rent of ${number} ends on ${date(at)}. Renew it to go on receiving replies.`],
  }),
  'number-renewed': ({ number, until }, date) => ({
    subject: 'A rented number was renewed',
    lines: [`${number} stays yours until ${date(until)}.`],
  }),
  'number-released': ({ number, reason }) => ({
    subject: 'A number is no longer rented',
    lines: [
      reason === 'expired' ? `The rent of ${number} has ended.` : `The operator ended the rent of ${number}.`,
      'Its late replies stay yours for 30 days; until then nobody else can rent it.',
    ],
  }),
  'spend-limit-reached': ({ limit, amount, currency, until }, date) => ({
    subject: 'A spend limit is reached',
    lines: [
      `The limit of the ${limit} (${amount} ${currency}) is reached: your messages wait.`,
      `They go by themselves from ${date(until)} on, or as soon as the limit is raised.`,
    ],
  }),
  'carrier-alarm': ({ carrier, problem, since, detail }, date) => ({
    subject: `Carrier ${carrier}: ${PROBLEMS.en[problem]}`,
    lines: [
      `Seen since ${date(since)}.`,
      'What has not gone out waits; nothing is sent twice. GET /v1/operator/alarms and /v1/operator/carriers/{id}/state tell how it stands.',
      ...because(detail, 'Last error, or how many:'),
    ],
  }),
  'carrier-alarm-over': ({ carrier, problem, since }, date) => ({
    subject: `Carrier ${carrier}: back to normal`,
    lines: [`It is over: ${PROBLEMS.en[problem]}, since ${date(since)}.`],
  }),
  'reply-forwarded': ({ from, text, at, word }, date) => ({
    subject: `Reply from ${from} (${word.toUpperCase()})`,
    lines: [`Received ${date(at)}:`, ...text.split('\n')],
  }),
  'mail-relay-refuses': ({ response }) => ({
    subject: 'The mail relay refuses our credentials',
    lines: ['No e-mail leaves until SMTP_URL is put right. Nothing is lost.', `The relay answered: ${response}`],
  }),
  ...accessWords.en,
};

export const noticeWords = { fr, en } as const;
