import { fault, said } from '../problems/said.ts';
import type { Policies } from './policies.ts';
import { isBrand, type Refusal } from './sender-policy.ts';
import { isFrench } from '../france.ts';
import type { Warning } from '../problems/warning.ts';

type Mode = 'off' | 'warn' | 'refuse';
type Rules = Pick<Policies, 'brandRegistration' | 'genericSenders' | 'senderOverrides'>;

/** Sender IDs that name nobody, which France forbids. */
const GENERIC = new Set(
  (
    'actu alert alerte alertes annonce avis bank banque bonplan client code colis commande contact facture flash gratuit hotline info ' +
    'infos infosms internet livraison marketing message messages mobile news noreply notif offre offres otp paiement promo promos pub ' +
    'rappel rdv securite service services shop sms smsinfo solde soldes stop support test urgent verify web'
  ).split(' '),
);

/** Sender IDs ignore case. */
export const foldSender = (sender: string): string => sender.toLowerCase();

const POLICY = { 'sender-unregistered': 'brandRegistration', 'sender-generic': 'genericSenders' } as const;

/** Checks sender IDs. `used`: recipients by sender and country; `brands`: confirmed ones, folded, always accepted. */
export function judgeSenders(
  used: ReadonlyMap<string, ReadonlyMap<string, number>>,
  rules: Rules,
  brands: ReadonlySet<string>,
): { warnings: Warning[]; refused: Refusal | null } {
  const warnings: Warning[] = [];
  let refused: Refusal | null = null;
  for (const [sender, countries] of used) {
    const folded = foldSender(sender);
    if (brands.has(folded)) continue;
    for (const code of ['sender-generic', 'sender-unregistered'] as const) {
      const policy = POLICY[code];
      const counts = { off: 0, warn: 0, refuse: 0 } satisfies Record<Mode, number>;
      for (const [country, count] of countries) {
        if (code === 'sender-generic' && !(isFrench(country) && GENERIC.has(folded))) continue;
        counts[rules.senderOverrides[country]?.[policy] ?? rules[policy]] += count;
      }
      if (counts.refuse > 0) refused ??= { code, faults: [fault('sender', code, { n: counts.refuse })] };
      if (counts.warn > 0) warnings.push({ code, ...said(`warn.${code}`, { sender, n: counts.warn }) });
    }
  }
  return { warnings, refused };
}

/** Recipients by sender ID and country, numbers excluded. */
export function brandsUsed(messages: readonly { sender: string; country: string }[]): Map<string, Map<string, number>> {
  const used = new Map<string, Map<string, number>>();
  for (const { sender, country } of messages) {
    if (!isBrand(sender)) continue;
    const countries = used.get(sender) ?? new Map<string, number>();
    countries.set(country, (countries.get(country) ?? 0) + 1);
    used.set(sender, countries);
  }
  return used;
}
