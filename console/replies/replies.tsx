import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { InferResponseType } from 'hono/client';
import { useEffect, useState } from 'react';
import type { ReplyColumn } from '../../domain/replies/reply-table.ts';
import { ask, v1 } from '../api.ts';
import { usePages } from '../query-hooks.ts';
import { List, when, type Column } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { Badge } from '../ui/components.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { ReplyExport } from './reply-export.tsx';
import { addressOf, filtersIn, NONE, queryOf, ReplyFilterFields } from './reply-filters.tsx';
import { ReplyViews, useReplyTable } from './reply-views.tsx';
import { session } from '../people/session.ts';
import { useSettled } from '../ui/use-settled.ts';

type Reply = InferResponseType<typeof v1.replies.$get, 200>['items'][number];

export function RepliesPage() {
  const { say, number } = useLocale();
  const { data: who } = useQuery(session);
  const navigate = useNavigate();
  // The list shows the filters of the address; text being written follows a moment later.
  const asked = filtersIn(useSearch({ from: '/replies' }));
  const [filters, show] = useState(asked);
  const settled = useSettled(filters);
  useEffect(() => {
    void navigate({ to: '/replies', search: addressOf(settled), replace: true });
  }, [settled, navigate]);
  const table = useReplyTable();
  const found = usePages(
    ['replies', asked],
    (cursor) => ask(v1.replies.$get({ query: { ...queryOf(asked), limit: '100', ...cursor } })),
    { newest: ({ id }) => [id, id] },
  );
  const chat = who?.account?.platform !== 'v0';
  const cells: Record<ReplyColumn, Omit<Column<Reply>, 'name'>> = {
    received: { cell: ({ receivedAt }) => when(receivedAt) },
    from: {
      cell: ({ from, conversationId }) =>
        chat && conversationId ? (
          <Link to="/chat/$id" params={{ id: conversationId }}>
            {phoneText(from)}
          </Link>
        ) : (
          phoneText(from)
        ),
    },
    text: {
      long: true,
      cell: ({ text, optOut }) => (
        <span dir="auto">
          {text} {optOut ? <Badge tone="bad">{say('stop')}</Badge> : null}
        </span>
      ),
    },
    to: { cell: ({ to }) => phoneText(to) },
    campaign: {
      long: true,
      cell: ({ campaign }) =>
        campaign ? (
          <Link to="/campaigns/$id" params={{ id: campaign.id }}>
            {campaign.name}
          </Link>
        ) : null,
    },
    keyword: { cell: ({ keyword }) => (keyword ? say(`kind.${keyword}`) : null) },
    reference: { cell: ({ reference }) => reference },
    sequence: { figure: true, cell: ({ sequence }) => (sequence === null ? null : number(sequence)) },
  };
  const title = say(chat ? 'replies' : 'repliesV0');
  const filtered = JSON.stringify(asked) !== JSON.stringify(NONE);
  return (
    <div className="page">
      <div className="row">
        <h1>{title}</h1>
        <ReplyExport filters={asked} />
      </div>
      <ReplyFilterFields
        filters={filters}
        change={(part) => show((before) => ({ ...before, ...part }))}
        clear={() => {
          show(NONE);
          table.open(null, null);
        }}
      />
      <ReplyViews table={table} filters={asked} show={show} />
      <List
        label={title}
        found={found}
        keyOf={({ id }) => id}
        empty={
          filtered
            ? { title: say('nothingFound'), hint: say('noReplyFitsHint') }
            : { title: say('noReplies'), hint: say('noRepliesHint') }
        }
        columns={table.columns.map((column) => ({ name: say(`column.${column}`), ...cells[column] }))}
      />
    </div>
  );
}
