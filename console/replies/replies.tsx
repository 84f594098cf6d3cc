import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { List } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { session } from '../people/session.ts';
import { useSettled } from '../ui/use-settled.ts';
import { ChosenReplies } from './chosen-replies.tsx';
import { useReplyColumns, type Reply } from './reply-columns.tsx';
import { ReplyExport } from './reply-export.tsx';
import { addressOf, filtersIn, NONE, queryOf, ReplyFilterFields } from './reply-filters.tsx';
import { ReplyViews, useReplyTable } from './reply-views.tsx';

/** The filters; typed text reaches the address when typing pauses. */
function useFilters() {
  const navigate = useNavigate();
  const asked = filtersIn(useSearch({ from: '/replies' }));
  const [filters, show] = useState(asked);
  const settled = useSettled(filters);
  useEffect(() => {
    void navigate({ to: '/replies', search: addressOf(settled), replace: true });
  }, [settled, navigate]);
  return { asked, filters, show };
}

export function RepliesPage() {
  const { say, number } = useLocale();
  const navigate = useNavigate();
  const { data: who } = useQuery(session);
  const { asked, filters, show } = useFilters();
  const table = useReplyTable();
  const found = usePages(
    ['replies', asked],
    (cursor) => {
      const total = cursor.cursor === undefined ? ({ total: 'true' } as const) : {};
      return ask(v1.replies.$get({ query: { ...queryOf(asked), limit: '100', ...total, ...cursor } }));
    },
    { newest: ({ id }) => [id, id] },
  );
  const [marked, mark] = useState<ReadonlySet<string>>(new Set());
  const chosen = found.items?.filter(({ id }) => marked.has(id)) ?? [];
  const chat = who?.account?.platform !== 'v0';
  const columns = useReplyColumns(table.columns, chat);
  const title = say(chat ? 'replies' : 'repliesV0');
  const filtered = JSON.stringify(asked) !== JSON.stringify(NONE);
  const total = found.data?.total;
  const open = ({ conversationId }: Reply): void => {
    if (conversationId) void navigate({ to: '/chat/$id', params: { id: conversationId } });
  };
  return (
    <div className="page">
      <div className="row">
        <h1>{title}</h1>
        {total === undefined ? null : (
          <p className="hint total" role="status">
            {say('replyCount', { n: number(total) })}
          </p>
        )}
        <ReplyExport query={queryOf(asked)} />
      </div>
      {chosen.length > 0 ? (
        <ChosenReplies replies={chosen} clear={() => mark(new Set())} tags={chat && who?.user.role === 'owner'} />
      ) : (
        <div className="chips wide-chips">
          <ReplyFilterFields filters={filters} change={(part) => show((before) => ({ ...before, ...part }))} />
          <ReplyViews table={table} filters={asked} show={show} />
        </div>
      )}
      <List
        label={title}
        found={found}
        keyOf={({ id }) => id}
        empty={
          filtered
            ? { title: say('nothingFound'), hint: say('noReplyFitsHint') }
            : { title: say('noReplies'), hint: say('noRepliesHint') }
        }
        columns={columns}
        marks={{ chosen: marked, choose: mark }}
        open={chat ? open : undefined}
      />
    </div>
  );
}
