import type { MailTokens, TokenKind } from '../../database/mail/mail-tokens.ts';

type AddressKind = Exclude<TokenKind, 'confirm' | 'unsubscribe'>;

/** Letters before the `+` of an address of ours. */
const KINDS: Record<string, AddressKind> = { r: 'answer', b: 'bounce', n: 'notice-bounce' };
const ANSWER_DAYS = 30;

/** Where a mail about a conversation is answered, for 30 days. */
export const answerAddress = (tokens: MailTokens, conversationId: string, domain: string): string =>
  `r+${tokens.write('answer', conversationId, ANSWER_DAYS)}@${domain}`;

/** Where the bounce of a delivery's mail (`b`) or of a notice (`n`) comes back to: which one it was, whatever the bounce says. */
export const bounceAddress = (tokens: MailTokens, of: 'b' | 'n', id: string, domain: string): string =>
  `${of}+${tokens.write(of === 'b' ? 'bounce' : 'notice-bounce', id, null)}@${domain}`;

type Ours = { kind: AddressKind; id: string; expired: boolean };

/** Which of our addresses it is; null for one that is not ours. */
export function readAddress(tokens: MailTokens, address: string, domain: string): Ours | null {
  const [, letter = '', token = '', at] = /^([rbn])\+([0-9a-f]+)@(.+)$/i.exec(address) ?? [];
  const kind = KINDS[letter.toLowerCase()];
  if (!kind || at?.toLowerCase() !== domain.toLowerCase()) return null;
  const read = tokens.read(kind, token);
  return read && { kind, ...read };
}
