import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Building2, FileText, Megaphone, MessageSquarePlus, MessagesSquare, Search, Users, type LucideIcon } from 'lucide-react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { orNone } from '../query-hooks.ts';
import { plain } from '../ui/highlight.tsx';
import { nameOf, phoneText } from '../ui/phone-text.ts';
import { OPERATOR, SETTINGS } from './pages.ts';
import type { Place } from './places.ts';

const MOST = 6;
const AN_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const A_NUMBER = /^\+?[\d\s.]{6,20}$/;

type Found = { id: string; text: string; hint: string; icon: LucideIcon; go: () => void };
/** `text`: as typed; `settled`: after a pause, for requests. */
type Asked = { text: string; settled: string; role: string; places: Place[] };

const reads = (role: string): boolean => role === 'owner' || role === 'viewer';
const hasChat = (places: Place[]): boolean => places.some(({ to }) => to === '/chat');
const fits = (name: string, text: string): boolean => plain(name).includes(plain(text));

/** The person's pages by name. */
function usePlaces({ text, role, places }: Asked): Found[] {
  const { say } = useLocale();
  const navigate = useNavigate();
  const subPages = role === 'operator' ? OPERATOR : reads(role) ? SETTINGS : [];
  const own = [
    { to: '/campaigns/new', word: 'newCampaign', group: null },
    { to: '/start', word: 'firstSteps', group: null },
  ] as const;
  const pages = [
    ...places.map(({ to, word }) => ({ to, word, group: null })),
    ...(role === 'owner' ? own : []),
    ...(reads(role) ? [{ to: '/replies', word: 'replies', group: null } as const] : []),
    ...subPages.flatMap(({ word: group, items }) => items.map((item) => ({ ...item, group }))),
  ];
  return pages
    .filter(({ to, word }, index) => fits(say(word), text) && pages.findIndex((each) => each.to === to) === index)
    .map(({ to, word, group }) => ({
      id: to,
      text: say(word),
      hint: group === null ? '' : say(group),
      icon: FileText,
      go: () => void navigate({ to }),
    }));
}

/** People, by their conversation or else their contact. */
function usePeople({ settled, role, places }: Asked): Found[] {
  const navigate = useNavigate();
  const query = { search: settled, limit: String(MOST) };
  const long = settled.length > 1;
  const talks = useQuery({
    queryKey: ['find', 'conversations', settled],
    queryFn: () => ask(v1.conversations.$get({ query })),
    enabled: hasChat(places) && long,
  });
  const contacts = useQuery({
    queryKey: ['find', 'contacts', settled],
    queryFn: () => ask(v1.contacts.$get({ query })),
    enabled: reads(role) && long,
  });
  const talked = new Set(talks.data?.items.map(({ phone }) => phone));
  // Waits until conversations are known, so that nobody appears twice.
  const others = talks.isFetching ? [] : (contacts.data?.items.filter(({ phone }) => !talked.has(phone)) ?? []);
  return [
    ...(talks.data?.items ?? []).map((item) => ({
      id: item.id,
      text: nameOf(item),
      hint: phoneText(item.phone),
      icon: MessagesSquare,
      go: () => void navigate({ to: '/chat/$id', params: { id: item.id } }),
    })),
    ...others.map((item) => ({
      id: item.id,
      text: nameOf(item),
      hint: phoneText(item.phone),
      icon: Users,
      go: () => void navigate({ to: '/contacts', search: { q: item.phone } }),
    })),
  ];
}

function useCampaigns({ settled, role }: Asked): Found[] {
  const { say } = useLocale();
  const navigate = useNavigate();
  const campaigns = useQuery({
    queryKey: ['find', 'campaigns', settled],
    queryFn: () => ask(v1.campaigns.$get({ query: { search: settled, limit: String(MOST) } })),
    enabled: reads(role) && settled.length > 1,
  });
  const message = useQuery({
    queryKey: ['find', 'message', settled],
    queryFn: () => orNone(ask(v1.messages[':id'].$get({ param: { id: settled } }))),
    enabled: reads(role) && AN_ID.test(settled),
  });
  return [
    ...(campaigns.data?.items ?? []).map(({ id, name }) => ({
      id,
      text: name,
      hint: say('campaign'),
      icon: Megaphone,
      go: () => void navigate({ to: '/campaigns/$id', params: { id } }),
    })),
    ...(message.data ? [message.data] : []).map(({ id, campaignId, to }) => ({
      id,
      text: say('message'),
      hint: phoneText(to),
      icon: Search,
      go: () =>
        void (campaignId === null
          ? navigate({ to: '/replies', search: { from: to } })
          : navigate({ to: '/campaigns/$id', params: { id: campaignId } })),
    })),
  ];
}

/** Accounts by name, and anything by number or id. */
function useOperatorFinds({ text, settled, role }: Asked): Found[] {
  const { say } = useLocale();
  const navigate = useNavigate();
  const accounts = useQuery({
    queryKey: ['accounts', 'choice'],
    queryFn: () => ask(v1.operator.accounts.$get({ query: { limit: '200' } })),
    enabled: role === 'operator',
  });
  const anything = useQuery({
    queryKey: ['find', 'anything', settled],
    queryFn: () => ask(v1.operator.find.$get({ query: { q: settled } })),
    enabled: role === 'operator' && (A_NUMBER.test(settled) || AN_ID.test(settled)),
  });
  const named = role === 'operator' ? (accounts.data?.items.filter(({ name }) => fits(name, text)) ?? []) : [];
  return [
    ...(anything.data?.items ?? []).map(({ id, kind, account }) => ({
      id: `${kind} ${id}`,
      text: say(`found.${kind}`, { name: account.name }),
      hint: kind === 'phone' ? '' : id.slice(0, 8),
      icon: Search,
      go: () =>
        void (kind === 'endpoint'
          ? navigate({ to: '/operator/endpoints/$id', params: { id } })
          : navigate({ to: '/operator/accounts/$id', params: { id: account.id } })),
    })),
    ...named.map(({ id, name }) => ({
      id,
      text: name,
      hint: say('account'),
      icon: Building2,
      go: () => void navigate({ to: '/operator/accounts/$id', params: { id } }),
    })),
  ];
}

/** Offers to write to an unknown number. */
function useNewNumber({ text, role, places }: Asked): Found[] {
  const { say } = useLocale();
  const navigate = useNavigate();
  if (!hasChat(places) || role !== 'owner' || !A_NUMBER.test(text)) return [];
  const go = () => void navigate({ to: '/chat/new', search: { phone: text } });
  return [{ id: 'number', text: say('writeTo', { phone: text }), hint: '', icon: MessageSquarePlus, go }];
}

export const useFinds = (asked: Asked): Found[] =>
  [usePlaces(asked), usePeople(asked), useCampaigns(asked), useOperatorFinds(asked), useNewNumber(asked)]
    .flat()
    .slice(0, 4 * MOST);
