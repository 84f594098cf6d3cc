import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Checkbox, Form } from 'react-aria-components';
import { refusalOf, v1 } from './api.ts';
import { useLocale } from './locale.tsx';
import { Action, Empty, Field, Problem } from './parts.tsx';
import { phoneText } from './phone-text.ts';
import { session } from './session.ts';

type Filters = { from: string; since: string; until: string; optOut: boolean };
const NONE: Filters = { from: '', since: '', until: '', optOut: false };
const A_DAY_MS = 86_400_000;

/** Days as the reader's clock has them; the last one is whole. */
function queryOf({ from, since, until, optOut }: Filters) {
  const dayStart = (day: string, later: number): string => new Date(new Date(`${day}T00:00`).getTime() + later).toISOString();
  return {
    ...(from === '' ? {} : { from }),
    ...(since === '' ? {} : { since: dayStart(since, 0) }),
    ...(until === '' ? {} : { until: dayStart(until, A_DAY_MS) }),
    ...(optOut ? { optOut: 'true' as const } : {}),
  };
}

async function readPage(filters: Filters, cursor: string | null) {
  const response = await v1.replies.$get({
    query: { ...queryOf(filters), limit: '100', ...(cursor === null ? {} : { cursor }) },
  });
  if (response.status === 200) return response.json();
  throw await refusalOf(response);
}

export function RepliesPage() {
  const { say, time } = useLocale();
  const { data: who } = useQuery(session);
  const [filters, setFilters] = useState(NONE);
  const [asked, setAsked] = useState(NONE);
  const change = (part: Partial<Filters>): void => setFilters((before) => ({ ...before, ...part }));
  const first: string | null = null;
  const found = useInfiniteQuery({
    queryKey: ['replies', asked],
    queryFn: ({ pageParam }: { pageParam: string | null }) => readPage(asked, pageParam),
    initialPageParam: first,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const chat = who?.account?.platform !== 'v0';
  return (
    <div className="page">
      <div className="row">
        <h1>{say(chat ? 'replies' : 'repliesV0')}</h1>
        <a className="button plain" href={`/v1/replies.csv?${new URLSearchParams(queryOf(asked)).toString()}`} download>
          {say('exportCsv')}
        </a>
      </div>
      <Form
        className="filters"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(filters);
        }}
      >
        <Field label={say('filterNumber')} type="tel" value={filters.from} onChange={(from) => change({ from })} />
        <Field label={say('since')} type="date" value={filters.since} onChange={(since) => change({ since })} />
        <Field label={say('until')} type="date" value={filters.until} onChange={(until) => change({ until })} />
        <Checkbox className="check" isSelected={filters.optOut} onChange={(optOut) => change({ optOut })}>
          <span className="box" aria-hidden="true" /> {say('onlyStop')}
        </Checkbox>
        <Action kind="main" type="submit">
          {say('filter')}
        </Action>
        <Action
          onPress={() => {
            setFilters(NONE);
            setAsked(NONE);
          }}
        >
          {say('clear')}
        </Action>
      </Form>
      <Problem error={found.error} retry={() => void found.refetch()} />
      {found.isPending ? <p>{say('loading')}</p> : null}
      {found.data && items.length === 0 ? <Empty title={say('noReplies')} hint={say('noRepliesHint')} /> : null}
      {items.length > 0 ? (
        <div className="wide" tabIndex={0} role="region" aria-label={say('replies')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say('received')}</th>
                <th scope="col">{say('from')}</th>
                <th scope="col">{say('text')}</th>
                <th scope="col">{say('to')}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((reply) => (
                <tr key={reply.id}>
                  <td>
                    <time dateTime={reply.receivedAt}>{time(reply.receivedAt)}</time>
                  </td>
                  <td>
                    {chat && reply.conversationId ? (
                      <Link to="/chat/$id" params={{ id: reply.conversationId }}>
                        {phoneText(reply.from)}
                      </Link>
                    ) : (
                      phoneText(reply.from)
                    )}
                  </td>
                  <td dir="auto">
                    {reply.text} {reply.optOut ? <strong className="badge">{say('stop')}</strong> : null}
                  </td>
                  <td>{phoneText(reply.to)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {found.hasNextPage ? (
        <Action isDisabled={found.isFetchingNextPage} onPress={() => void found.fetchNextPage()}>
          {say('more')}
        </Action>
      ) : null}
    </div>
  );
}
