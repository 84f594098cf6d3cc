import type { MailTokens, TokenKind } from '../../database/mail/mail-tokens.ts';

type AddressKind = Exclude<TokenKind, 'confirm' | 'unsubscribe'>;

/** Letter before the `+` of our addresses. */
const KINDS: Record<string, AddressKind> = { r: 'answer', b: 'bounce', n: 'notice-bounce' };
const ANSWER_DAYS = 30;

/** Reply-To of a mail about a conversation, valid for 30 days. */
export const answerAddress = (tokens: MailTokens, conversationId: string, domain: string): string =>
  `r+${tokens.write('answer', conversationId, ANSWER_DAYS)}@${domain}`;

/** Return path of a delivery's mail (`b`) or a notice (`n`): identifies it whatever the bounce says. */
export const bounceAddress = (tokens: MailTokens, of: 'b' | 'n', id: string, domain: string): string =>
  `${of}+${tokens.write(of === 'b' ? 'bounce' : 'notice-bounce', id, null)}@${domain}`;

type Ours = { kind: AddressKind; id: string; expired: boolean };

/** Decodes one of our addresses; null for any other. */
export function readAddress(tokens: MailTokens, address: string, domain: string): Ours | null {
  const [, letter = '', token = '', at] = /^([rbn])\+([0-9a-f]+)@(.+)$/i.exec(address) ?? [];
  const kind = KINDS[letter.toLowerCase()];
  if (!kind || at?.toLowerCase() !== domain.toLowerCase()) return null;
  const read = tokens.read(kind, token);
  return read && { kind, ...read };
}
