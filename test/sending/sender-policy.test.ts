import { expect, test } from 'vitest';
import { planSender, type PoolNumber, type Rules, type SenderRequest } from '../../domain/sending/sender-policy.ts';

const basis = { carrierId: 'operator', renter: null, port: null };
const numbers: PoolNumber[] = [
  { ...basis, number: '36200', kind: 'short-code', country: 'FR' },
  { ...basis, number: '+33700000001', kind: 'virtual', country: 'FR', carrierId: 'other', renter: 'shop' },
  { ...basis, number: '+33700000002', kind: 'virtual', country: 'FR', renter: 'someone' },
];
const sims: PoolNumber[] = [{ ...basis, number: '+33600000101', kind: 'sim', country: 'FR', port: 3 }];

const rules = (platform: 'v0' | 'v2', route: SenderRequest['route'], twoWay: Rules['account']['twoWay'] = 'on'): Rules => ({
  account: { id: 'shop', country: 'FR', platform, twoWay },
  carrier: { id: 'operator', numbers: route === 'lowcost' ? [...sims, ...numbers.slice(1, 2)] : numbers },
});

type Case = {
  platform?: 'v0' | 'v2';
  route?: SenderRequest['route'];
  sender?: string;
  withReplies?: boolean;
  allowUnreachable?: boolean;
  text?: string;
  twoWay?: Rules['account']['twoWay'];
  country?: string;
};

const plan = ({ platform = 'v2', route = 'premium', sender, withReplies = false, allowUnreachable = false, ...rest }: Case) => {
  const { text = 'Venez samedi', twoWay = 'on', country = 'FR' } = rest;
  const decided = planSender({ route, sender, withReplies, allowUnreachable, text }, rules(platform, route, twoWay), 0);
  if ('refused' in decided) return decided.refused.code;
  const origin = decided.pick(country, 0);
  return origin && [origin.sender, origin.replyCode, decided.answerBy, origin.carrierId];
};

const short = ['36200', '36200', 'reply', 'operator'];
const written = ['Boutique', '36200', 'new-message', 'operator'];
const oneWay = ['Boutique', null, 'none', 'operator'];
const sim = ['+33600000101', '+33600000101', 'reply', 'operator'];
const rented = ['+33700000001', '+33700000001', 'reply', 'other'];
const brand = { sender: 'Boutique' };

test.each<[string, Case, unknown]>([
  ['V0 lowcost', { platform: 'v0', route: 'lowcost' }, sim],
  ['V0 premium, 12345 with replies', { platform: 'v0', sender: '12345', withReplies: true }, short],
  ['V0 premium, 12345 without replies', { platform: 'v0', sender: '12345' }, 'placeholder-without-replies'],
  ['V0 premium, sender ID and XXXXX', { platform: 'v0', ...brand, text: 'Écrivez au XXXXX' }, written],
  ['V0 premium, sender ID and XXXXX twice', { platform: 'v0', ...brand, text: 'XXXXX ou XXXXX', withReplies: true }, written],
  ['V0 premium, sender ID with replies, no XXXXX', { platform: 'v0', ...brand, withReplies: true }, 'brand-without-code'],
  ['V0 premium, no sender, with replies', { platform: 'v0', withReplies: true }, 'sender-missing'],
  ['V0 premium, sender ID alone', { platform: 'v0', ...brand }, oneWay],
  ['V0, a number it rents', { platform: 'v0', sender: '+33700000001' }, rented],
  ['V2 lowcost', { route: 'lowcost' }, sim],
  ['V2 lowcost, XXXXX', { route: 'lowcost', text: 'Écrivez au XXXXX' }, sim],
  ['V2 premium with replies', { withReplies: true }, short],
  ['V2 premium with replies, sender ID', { withReplies: true, ...brand }, short],
  ['V2 premium, sender ID and XXXXX', { ...brand, text: 'Écrivez au XXXXX' }, written],
  ['V2 premium, XXXXX in a STOP mention', { ...brand, text: 'Soldes. STOP au XXXXX' }, oneWay],
  ['V2 premium, XXXXX in a STOP mention and elsewhere', { ...brand, text: 'Au XXXXX. STOP au XXXXX' }, written],
  ['V2 premium, 12345 without replies', { sender: '12345' }, 'placeholder-without-replies'],
  ['V2 premium, nothing', {}, 'sender-missing'],
  ['V2 premium, XXXXX without sender', { text: 'Au XXXXX' }, 'sender-missing'],
  ['V2 premium, two letters', { sender: 'Bo' }, 'sender-invalid'],
  ['V2, twelve letters and XXXXX', { sender: 'Boulangeries', text: 'Au XXXXX' }, 'sender-invalid'],
  ['V2 premium, a number it rents', { sender: '+33700000001', withReplies: true }, rented],
  ['V2 lowcost, a number it rents', { route: 'lowcost', sender: '+33700000001' }, rented],
  ['V2, a number that someone else rents', { sender: '+33700000002' }, 'number-not-rented'],
  ['two-way off, with replies', { withReplies: true, twoWay: 'off' }, 'two-way-off'],
  ['two-way requested, 12345', { sender: '12345', twoWay: 'requested' }, 'two-way-off'],
  ['two-way refused, XXXXX', { ...brand, text: 'Au XXXXX', twoWay: 'refused' }, 'two-way-off'],
  ['two-way off, a rented number', { sender: '+33700000001', twoWay: 'off' }, 'two-way-off'],
  ['two-way off, lowcost', { route: 'lowcost', twoWay: 'off' }, sim],
  ['two-way off, a STOP mention', { ...brand, text: 'STOP au XXXXX', twoWay: 'off' }, oneWay],
  ['a country without code', { withReplies: true, country: 'BE' }, null],
  ['a country without code, XXXXX', { ...brand, text: 'Au XXXXX', country: 'BE' }, null],
  ['a country without code, XXXXX, anyway', { ...brand, text: 'Au XXXXX', country: 'BE', allowUnreachable: true }, null],
  ['a country without code, anyway, no sender ID', { withReplies: true, country: 'BE', allowUnreachable: true }, null],
  [
    'a country without code, anyway',
    { withReplies: true, ...brand, country: 'BE', allowUnreachable: true },
    ['Boutique', null, 'reply', 'operator'],
  ],
  ['a rented number abroad', { sender: '+33700000001', country: 'BE' }, null],
  [
    'a rented number abroad, anyway',
    { sender: '+33700000001', country: 'BE', allowUnreachable: true },
    ['+33700000001', null, 'reply', 'other'],
  ],
])('%s', (_name, given, expected) => {
  expect(plan(given)).toEqual(expected);
});
