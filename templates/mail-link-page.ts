import { html } from 'hono/html';

const unsubscribe = {
  fr: {
    title: 'Ne plus recevoir ces e-mails',
    ask: 'Les réponses aux SMS ne seront plus envoyées à cette adresse. Elles restent sur la plateforme.',
    confirm: 'Confirmer',
    done: 'C’est fait : vous ne recevrez plus ces e-mails.',
    undo: 'Pour les recevoir à nouveau, adressez-vous à la personne qui gère le compte.',
    unknown: 'Ce lien n’est pas valable.',
  },
  en: {
    title: 'Stop these e-mails',
    ask: 'Replies to SMS will no longer be sent to this address. They stay on the platform.',
    confirm: 'Confirm',
    done: 'Done: you will not receive these e-mails any more.',
    undo: 'To receive them again, ask whoever looks after the account.',
    unknown: 'This link is not valid.',
  },
};
const confirm: typeof unsubscribe = {
  fr: {
    title: 'Recevoir les réponses aux SMS',
    ask: 'Les réponses aux SMS seront envoyées à l’adresse où vous avez reçu ce lien.',
    confirm: 'Confirmer',
    done: 'C’est fait : les réponses qui arrivent désormais vous seront envoyées.',
    undo: 'Chaque e-mail permet de ne plus les recevoir.',
    unknown: 'Ce lien n’est pas valable, ou ne l’est plus. La personne qui gère le compte peut en envoyer un autre.',
  },
  en: {
    title: 'Get replies to SMS',
    ask: 'Replies to SMS will be sent to the address where you got this link.',
    confirm: 'Confirm',
    done: 'Done: replies that come from now on are sent to you.',
    undo: 'Each e-mail lets you stop them.',
    unknown: 'This link is not valid, or no longer. Whoever looks after the account can send another one.',
  },
};
const words = { unsubscribe, confirm };
export type MailLink = keyof typeof words;

const STYLE = `
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 Helvetica, Arial, sans-serif; margin: 4rem auto; max-width: 32rem; padding: 0 1rem; }
  button { background: #1f4ed8; border: 0; border-radius: 6px; color: #fff; font: inherit; padding: .6rem 1rem; }`;

/** The page behind a mail's link; only its button, or a mail program, acts. */
export function mailLinkPage(link: MailLink, locale: 'fr' | 'en', state: 'ask' | 'done' | 'unknown') {
  const { title, ask, confirm, done, undo, unknown } = words[link][locale];
  const content = {
    ask: html`<p>${ask}</p>
      <form method="post"><button type="submit">${confirm}</button></form>`,
    done: html`<p role="status">${done}</p>
      <p>${undo}</p>`,
    unknown: html`<p role="alert">${unknown}</p>`,
  }[state];
  return html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`;
}
