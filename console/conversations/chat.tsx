import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useParams, useSearch } from '@tanstack/react-router';
import { MessagesSquare } from 'lucide-react';
import { useLocale } from '../i18n/locale.tsx';
import { useRole } from '../query-hooks.ts';
import { Empty } from '../ui/components.tsx';
import './chat.css';
import { ChatViews } from './inbox/chat-views.tsx';
import { inboxCounts } from './inbox/inbox-counts.ts';
import type { ChatSearch } from './inbox/views.ts';
import { ConversationList, useConversations } from './conversation-list.tsx';

/** The chat's views and counts. */
function useViews(search: ChatSearch) {
  // Filled by the list's request; the last counts stay while the next load.
  const { data } = useQuery({ ...inboxCounts, enabled: false });
  const role = useRole();
  return { search, counts: data?.counts, saved: data?.views ?? [], table: role === 'viewer' || role === 'owner' };
}

export function ChatPage() {
  const { say } = useLocale();
  const { id } = useParams({ strict: false });
  const { pathname } = useLocation();
  const search = useSearch({ from: '/chat' });
  const found = useConversations(search);
  const views = useViews(search);
  const open = id !== undefined || pathname === '/chat/new';
  const nobody = views.counts?.all === 0 && found.items?.length === 0 && !open;
  return (
    <div className={open ? 'chat open' : 'chat'}>
      <ChatViews {...views} />
      <ConversationList {...views} found={found} nobody={nobody} />
      {open ? <Outlet key={id ?? 'new'} /> : null}
      {open || nobody ? null : (
        <Empty icon={MessagesSquare} title={say('chooseConversation')} hint={say('chooseConversationHint')} />
      )}
    </div>
  );
}
