import { expect, test } from 'vitest';
import { readMail } from '../../activities/mail/parse-mail.ts';

const QUOTED = '> Réponse de +33 6 12 00 00 01\n>\n> > À quelle heure ?\n';
const HEADERS =
  'De : Aller-Retour <replies@example.com>\nEnvoyé : lundi 2 mars 2026 09:12\nÀ : Patronne\nObjet : Conversation SMS\n';
const BELOW = `\nRéponse de +33 6 12 00 00 01\n\nÀ quelle heure ?`;

const mail = (body: string, type = 'text/plain'): Buffer =>
  Buffer.from(
    [
      'From: owner@shop.example',
      'To: r+1@in.example',
      'Message-ID: <1@shop.example>',
      'MIME-Version: 1.0',
      `Content-Type: ${type}; charset=utf-8`,
      '',
      body,
    ].join('\r\n'),
  );

test.each([
  ['Gmail', `On Mon, Mar 2, 2026 at 9:12 AM Aller-Retour <\nreplies@example.com> wrote:\n\n${QUOTED}`],
  ['Gmail in French', `Le lun. 2 mars 2026 à 09:12, Aller-Retour <replies@example.com> a\nécrit :\n\n${QUOTED}`],
  ['an iPhone', `Sent from my iPhone\n\n> On 2 Mar 2026, at 09:12, Aller-Retour <replies@example.com> wrote:\n>\n${QUOTED}`],
  [
    'an iPhone in French',
    `Envoyé de mon iPhone\n\n> Le 2 mars 2026 à 09:12, Aller-Retour <replies@example.com> a écrit :\n>\n${QUOTED}`,
  ],
  ['Outlook', `From: Aller-Retour <replies@example.com>\nSent: Monday, March 2, 2026\nTo: Owner\nSubject: SMS\n${BELOW}`],
  ['Outlook in French', `${HEADERS}${BELOW}`],
  [
    'Outlook on a telephone',
    `Télécharger Outlook pour iOS<https://aka.ms/o0ukef>\n________________________________\n${HEADERS}${BELOW}`,
  ],
  ['an older Outlook', `-----Message d'origine-----\n${HEADERS}${BELOW}`],
  ['Thunderbird', `Le 02/03/2026 à 09:12, Aller-Retour a écrit :\n${QUOTED}`],
  ['Orange', `> Message du 02/03/26 09:12\n> De : "Aller-Retour" <replies@example.com>\n> Objet : SMS\n>\n${QUOTED}`],
  ['Yahoo', `    Le lundi 2 mars 2026 à 09:12:11 UTC+1, Aller-Retour <replies@example.com> a écrit :  \n ${BELOW}`],
  ['a signature', `-- \nMarie Dupont\nBoulangerie\n`],
])('of an answer written with %s only what its author wrote is read', async (_, below) => {
  expect((await readMail(mail(`Vers midi, à 12 h > 11 h.\nDe : rien\n\n${below}`))).text).toBe(
    'Vers midi, à 12 h > 11 h.\nDe : rien',
  );
});

test('an answer in HTML alone is read as text, without what it quotes', async () => {
  const html = `<div>Vers midi.</div><br><div class="gmail_quote"><div>Le lun. 2 mars 2026 à 09:12, Aller-Retour &lt;<a href="mailto:r@example.com">r@example.com</a>&gt; a écrit :<br></div><blockquote><p>Réponse</p><p>À quelle heure ?</p></blockquote></div>`;
  expect((await readMail(mail(html, 'text/html'))).text).toBe('Vers midi.');
});
