import type { ReplyChangeKind } from '../domain/accounts/setting-change.ts';
import type { AlarmKind } from '../domain/carriers/alarm.ts';

/** Words for enumerated values in notices. */
export const PROBLEMS: Record<'fr' | 'en', Record<AlarmKind, string>> = {
  fr: {
    'login-refused': 'il refuse notre connexion',
    'submits-refused': 'il ne prend aucun message',
    'webhooks-refused': 'ce qui arrive en son nom n’est pas signé comme convenu',
    'carrier-down': 'aucune ligne n’est ouverte',
    'doubts-growing': 'des messages restent en doute',
  },
  en: {
    'login-refused': 'it refuses our login',
    'submits-refused': 'it takes no message',
    'webhooks-refused': 'what comes in its name is not signed as agreed',
    'carrier-down': 'no line is open',
    'doubts-growing': 'messages are in doubt',
  },
};

export const CHANGES: Record<'fr' | 'en', Record<ReplyChangeKind, string>> = {
  fr: {
    emails: 'les adresses e-mail qui reçoivent vos réponses',
    'address-lift': 'une adresse e-mail à réutiliser',
    'endpoint-new': 'une nouvelle adresse de callback',
    'endpoint-change': 'le réglage d’une adresse de callback',
    'endpoint-delete': 'la suppression d’une adresse de callback',
    'endpoint-pause': 'la mise en pause d’une adresse de callback',
    'endpoint-resume': 'la reprise d’une adresse de callback',
    'endpoint-enable': 'la réactivation d’une adresse de callback',
    'secret-rotate': 'un nouveau secret de signature',
  },
  en: {
    emails: 'the e-mail addresses that get your replies',
    'address-lift': 'an e-mail address to be written to again',
    'endpoint-new': 'a new callback address',
    'endpoint-change': 'the settings of a callback address',
    'endpoint-delete': 'a callback address to be deleted',
    'endpoint-pause': 'a callback address to be paused',
    'endpoint-resume': 'a callback address to go on after a pause',
    'endpoint-enable': 'a callback address to be taken up again',
    'secret-rotate': 'a new signing secret',
  },
};
