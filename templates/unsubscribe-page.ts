import { html } from 'hono/html';

const words = {
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
} as const;

const STYLE = `
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 Helvetica, Arial, sans-serif; margin: 4rem auto; max-width: 32rem; padding: 0 1rem; }
  button { background: #1f4ed8; border: 0; border-radius: 6px; color: #fff; font: inherit; padding: .6rem 1rem; }`;

/** What somebody sees who follows the link under a reply mail: only the button, or a mail program, unsubscribes. */
export function unsubscribePage(locale: 'fr' | 'en', state: 'ask' | 'done' | 'unknown') {
  const { title, ask, confirm, done, undo, unknown } = words[locale];
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
