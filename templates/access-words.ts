import type { NoticeWords } from './notice-types.ts';

type Kind =
  | 'account-closed'
  | 'account-reopened'
  | 'confirm-address'
  | 'password-forgotten'
  | 'password-changed'
  | 'authenticator-added'
  | 'authenticator-removed'
  | 'authenticator-lifted';
type Words = { [K in Kind]: NoticeWords<K> };

const fr: Words = {
  'confirm-address': ({ accountName, open }, date) => ({
    subject: 'Confirmez cette adresse',
    lines: [
      `${accountName} souhaite que les réponses à ses SMS soient envoyées à cette adresse. Si vous voulez les recevoir, ouvrez ce lien :`,
      open?.link ?? '',
      `Il sert jusqu’au ${date(open?.until ?? '')}. Sinon, ne faites rien : aucune réponse ne vous sera envoyée.`,
    ],
  }),
  'account-closed': ({ until }, date) => ({
    subject: 'Votre compte est fermé',
    lines: [
      'Plus rien ne part de ce compte et ses clés d’API n’ouvrent plus rien. Les réponses qui arrivent encore sont classées.',
      `Le ${date(until)}, tout ce qu’il contient sera effacé. D’ici là, un propriétaire peut le rouvrir en se connectant.`,
    ],
  }),
  'account-reopened': () => ({
    subject: 'Votre compte est rouvert',
    lines: ['Les SMS partent de nouveau et les clés d’API servent comme avant. Rien n’a été effacé.'],
  }),
  'password-forgotten': ({ open }, date) => ({
    subject: 'Choisissez un nouveau mot de passe',
    lines: [
      'Quelqu’un, sans doute vous, a dit avoir oublié le mot de passe de cette adresse. Ouvrez ce lien pour en choisir un autre :',
      open?.link ?? '',
      `Il sert une fois, jusqu’au ${date(open?.until ?? '')}. Si ce n’était pas vous, ne faites rien : rien n’a changé.`,
    ],
  }),
  'password-changed': ({ at }, date) => ({
    subject: 'Votre mot de passe a changé',
    lines: [
      `Le mot de passe de votre accès a changé le ${date(at)}. Toutes vos autres sessions ont pris fin.`,
      'Si ce n’était pas vous, choisissez-en un autre par « Mot de passe oublié » sur la page de connexion, et prévenez un propriétaire de votre compte.',
    ],
  }),
  'authenticator-added': ({ at }, date) => ({
    subject: 'Une application d’authentification a été ajoutée',
    lines: [
      `Depuis le ${date(at)}, votre accès demande aussi le code d’une application d’authentification.`,
      'Si ce n’était pas vous, choisissez un autre mot de passe par « Mot de passe oublié » sur la page de connexion, et prévenez un propriétaire de votre compte.',
    ],
  }),
  'authenticator-removed': ({ at }, date) => ({
    subject: 'Votre application d’authentification ne sert plus',
    lines: [
      `Depuis le ${date(at)}, votre accès ne demande plus que le mot de passe.`,
      'Si ce n’était pas vous, choisissez un autre mot de passe par « Mot de passe oublié » sur la page de connexion, et prévenez un propriétaire de votre compte.',
    ],
  }),
  'authenticator-lifted': ({ by }) => ({
    subject: 'Votre application d’authentification a été retirée',
    lines: [
      `${by ?? 'L’opérateur de la plateforme'} a retiré l’application d’authentification de votre accès, comme on le fait pour un téléphone perdu.`,
      'Votre mot de passe suffit désormais. Mettez une application en place sous « Votre accès » dès que possible. Si vous n’avez rien demandé, changez de mot de passe et prévenez un propriétaire de votre compte.',
    ],
  }),
};

const en: Words = {
  'confirm-address': ({ accountName, open }, date) => ({
    subject: 'Confirm this address',
    lines: [
      `${accountName} wants the replies to its SMS to be sent to this address. If you want to get them, open this link:`,
      open?.link ?? '',
      `It opens until ${date(open?.until ?? '')}. If not, do nothing: no reply is sent to you.`,
    ],
  }),
  'account-closed': ({ until }, date) => ({
    subject: 'Your account is closed',
    lines: [
      'Nothing goes out of this account any more, and its API keys open nothing. Replies that still come are filed.',
      `On ${date(until)} everything in it is erased. Until then an owner can sign in and open it again.`,
    ],
  }),
  'account-reopened': () => ({
    subject: 'Your account is open again',
    lines: ['SMS go out again, and API keys work as before. Nothing was erased.'],
  }),
  'password-forgotten': ({ open }, date) => ({
    subject: 'Choose a new password',
    lines: [
      'Somebody, you most likely, said that they forgot the password of this address. Open this link to choose another one:',
      open?.link ?? '',
      `It opens once, until ${date(open?.until ?? '')}. If it was not you, do nothing: nothing has changed.`,
    ],
  }),
  'password-changed': ({ at }, date) => ({
    subject: 'Your password has changed',
    lines: [
      `The password of your access changed on ${date(at)}. All your other sessions have ended.`,
      'If it was not you, choose another one by “Forgotten password” on the sign-in page, and tell an owner of your account.',
    ],
  }),
  'authenticator-added': ({ at }, date) => ({
    subject: 'An authenticator was added',
    lines: [
      `Since ${date(at)} your access asks for the code of an authenticator too.`,
      'If it was not you, choose another password by “Forgotten password” on the sign-in page, and tell an owner of your account.',
    ],
  }),
  'authenticator-removed': ({ at }, date) => ({
    subject: 'Your authenticator is no longer asked for',
    lines: [
      `Since ${date(at)} your access asks for the password alone.`,
      'If it was not you, choose another password by “Forgotten password” on the sign-in page, and tell an owner of your account.',
    ],
  }),
  'authenticator-lifted': ({ by }) => ({
    subject: 'Your authenticator was taken away',
    lines: [
      `${by ?? 'The operator of the platform'} took the authenticator away from your access, as is done for a lost phone.`,
      'Your password is enough from now on. Set an authenticator up under “Your access” as soon as you can. If you asked for nothing, change your password and tell an owner of your account.',
    ],
  }),
};

export const accessWords = { fr, en } as const;
