import { createTransport } from 'nodemailer';

// The ceiling of mail in this runtime: a page rendered once, and nodemailer's pool of five connections.

const FILL =
  '<p style="font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;margin:0">Reçue le mardi à 9 h</p>\n';
const PAGE = `<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"></head><body>${FILL.repeat(60)}@@</body></html>`;
const TEXT =
  'Réponse de +33 6 12 00 00 01\n\n@@\n\nVous recevez ce message parce que votre compte envoie les réponses à cette adresse.\n';

export async function mailsPerSecond(smtpUrl: string, { mails = 3000, atOnce = 20 } = {}): Promise<number> {
  const transport = createTransport({ url: smtpUrl, pool: true, maxConnections: 5, maxMessages: 1000 });
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < mails) {
      const n = next++;
      const said = `a reply ${n}`;
      await transport.sendMail({
        from: 'Ceiling <us@ceiling.example>',
        to: `someone@customer-${n % 50}.example`,
        subject: 'Conversation SMS',
        html: PAGE.replace('@@', said),
        text: TEXT.replace('@@', said),
        messageId: `<${n}@ceiling.example>`,
        headers: { 'In-Reply-To': '<root@ceiling.example>', References: '<root@ceiling.example>' },
      });
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: atOnce }, work));
  const seconds = (performance.now() - begun) / 1000;
  transport.close();
  return mails / seconds;
}
