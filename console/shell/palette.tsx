import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FileText, Megaphone, MessageSquarePlus, MessagesSquare, Search, Users, Building2, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { Autocomplete, Dialog, Input, Menu, MenuItem, Modal, ModalOverlay, SearchField } from 'react-aria-components';
import { ask, v1 } from '../api.ts';
import { orNone } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import type { SignedIn } from '../people/session.ts';
import { plain } from '../ui/highlight.tsx';
import { nameOf, phoneText } from '../ui/phone-text.ts';
import { useSettled } from '../ui/use-settled.ts';
import { OPERATOR, SETTINGS } from './pages.ts';
import type { Place } from './places.ts';

const MOST = 6;
type Found = { id: string; text: string; hint: string; icon: LucideIcon; go: () => void };
const AN_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const A_NUMBER = /^\+?[\d\s.]{6,20}$/;

type Props = { who: SignedIn; places: Place[]; close: () => void };

/** Goes to a page, a person, a campaign or a number by some letters of it. */
export function Palette({ who, places, close }: Props) {
  const { say } = useLocale();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const settled = useSettled(text.trim());
  const { role } = who.user;
  const long = settled.length > 1;
  const reads = role === 'owner' || role === 'viewer';
  const query = { search: settled, limit: String(MOST) };
  const chat = places.some(({ to }) => to === '/chat');
  const people = useQuery({
    queryKey: ['find', 'conversations', settled],
    queryFn: () => ask(v1.conversations.$get({ query })),
    enabled: chat && long,
  });
  const contacts = useQuery({
    queryKey: ['find', 'contacts', settled],
    queryFn: () => ask(v1.contacts.$get({ query })),
    enabled: reads && long,
  });
  const campaigns = useQuery({
    queryKey: ['find', 'campaigns', settled],
    queryFn: () => ask(v1.campaigns.$get({ query })),
    enabled: reads && long,
  });
  const accounts = useQuery({
    queryKey: ['accounts', 'choice'],
    queryFn: () => ask(v1.operator.accounts.$get({ query: { limit: '200' } })),
    enabled: role === 'operator',
  });
  const exact = A_NUMBER.test(settled) || AN_ID.test(settled);
  const looked = useQuery({
    queryKey: ['find', 'anything', settled],
    queryFn: () => ask(v1.operator.find.$get({ query: { q: settled } })),
    enabled: role === 'operator' && exact,
  });
  const message = useQuery({
    queryKey: ['find', 'message', settled],
    queryFn: () => orNone(ask(v1.messages[':id'].$get({ param: { id: settled } }))),
    enabled: reads && AN_ID.test(settled),
  });
  const fits = (name: string): boolean => plain(name).includes(plain(text.trim()));
  const subPages = role === 'operator' ? OPERATOR : reads ? SETTINGS : [];
  const pages = [
    ...places.map(({ to, word }) => ({ to, word, group: null })),
    ...(role === 'owner'
      ? ([
          { to: '/campaigns/new', word: 'newCampaign', group: null },
          { to: '/start', word: 'firstSteps', group: null },
        ] as const)
      : []),
    ...(reads ? [{ to: '/replies', word: 'replies', group: null } as const] : []),
    ...subPages.flatMap(({ word: group, items }) => items.map((item) => ({ ...item, group }))),
  ].filter(({ to }, index, all) => all.findIndex((each) => each.to === to) === index);
  const talked = new Set(people.data?.items.map(({ phone }) => phone));
  const found: Found[] = [
    ...pages
      .filter(({ word }) => fits(say(word)))
      .map(({ to, word, group }) => ({
        id: to,
        text: say(word),
        hint: group === null ? '' : say(group),
        icon: FileText,
        go: () => void navigate({ to }),
      })),
    ...(people.data?.items ?? []).map((item) => ({
      id: item.id,
      text: nameOf(item),
      hint: phoneText(item.phone),
      icon: MessagesSquare,
      go: () => void navigate({ to: '/chat/$id', params: { id: item.id } }),
    })),
    // Not before it is known who has a conversation: they stand there.
    ...((people.isFetching ? [] : contacts.data?.items) ?? [])
      .filter(({ phone }) => !talked.has(phone))
      .map((item) => ({
        id: item.id,
        text: nameOf(item),
        hint: phoneText(item.phone),
        icon: Users,
        go: () => void navigate({ to: '/contacts', search: { q: item.phone } }),
      })),
    ...(campaigns.data?.items ?? []).map(({ id, name }) => ({
      id,
      text: name,
      hint: say('campaign'),
      icon: Megaphone,
      go: () => void navigate({ to: '/campaigns/$id', params: { id } }),
    })),
    ...(looked.data?.items ?? []).map(({ id, kind, account }) => ({
      id: `${kind} ${id}`,
      text: say(`found.${kind}`, { name: account.name }),
      hint: kind === 'phone' ? '' : id.slice(0, 8),
      icon: Search,
      go: () =>
        void (kind === 'endpoint'
          ? navigate({ to: '/operator/endpoints/$id', params: { id } })
          : navigate({ to: '/operator/accounts/$id', params: { id: account.id } })),
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
    ...(role === 'operator' ? (accounts.data?.items ?? []).filter(({ name }) => fits(name)) : []).map(({ id, name }) => ({
      id,
      text: name,
      hint: say('account'),
      icon: Building2,
      go: () => void navigate({ to: '/operator/accounts/$id', params: { id } }),
    })),
    ...(chat && role === 'owner' && A_NUMBER.test(text.trim())
      ? [
          {
            id: 'number',
            text: say('writeTo', { phone: text.trim() }),
            hint: '',
            icon: MessageSquarePlus,
            go: () => void navigate({ to: '/chat/new', search: { phone: text.trim() } }),
          },
        ]
      : []),
  ].slice(0, 4 * MOST);
  return (
    <ModalOverlay className="overlay palette" isOpen isDismissable onOpenChange={(open) => open || close()}>
      <Modal className="modal">
        <Dialog aria-label={say('palette')}>
          <Autocomplete inputValue={text} onInputChange={setText}>
            <SearchField autoFocus aria-label={say('palette')}>
              <Input placeholder={say('paletteHint')} />
            </SearchField>
            <Menu
              aria-label={say('palette')}
              className="menu"
              items={found}
              onAction={(key) => {
                found.find(({ id }) => id === key)?.go();
                close();
              }}
              renderEmptyState={() => <p className="hint">{say('nothingFound')}</p>}
            >
              {({ id, text: name, hint, icon: Icon }) => (
                <MenuItem id={id} textValue={name}>
                  <Icon aria-hidden="true" />
                  <span>{name}</span>
                  <small>{hint}</small>
                </MenuItem>
              )}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
