import { Link } from '@tanstack/react-router';
import type { InferResponseType } from 'hono/client';
import type { ReplyColumn } from '../../domain/replies/reply-table.ts';
import type { v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Badge } from '../ui/components.tsx';
import { whenShort, type Column } from '../ui/list.tsx';
import { CampaignLink } from '../ui/tables/links.tsx';
import { nameOf, phoneText } from '../ui/phone-text.ts';

export type Reply = InferResponseType<typeof v1.replies.$get, 200>['items'][number];

/** The columns of the replies table. `chat`: rows link to conversations. */
export function useReplyColumns(columns: readonly ReplyColumn[], chat: boolean): Column<Reply>[] {
  const { say, number } = useLocale();
  const cells: Record<ReplyColumn, Omit<Column<Reply>, 'name'>> = {
    received: { cell: ({ receivedAt }) => whenShort(receivedAt) },
    from: { cell: (reply) => <From reply={reply} chat={chat} /> },
    text: {
      long: true,
      cell: ({ text, optOut }) => (
        <span dir="auto">
          {text} {optOut ? <Badge tone="bad">{say('stop')}</Badge> : null}
        </span>
      ),
    },
    to: { cell: ({ to }) => phoneText(to) },
    campaign: { long: true, cell: ({ campaign }) => (campaign ? <CampaignLink {...campaign} /> : null) },
    keyword: { cell: ({ keyword }) => (keyword ? say(`kind.${keyword}`) : null) },
    reference: { cell: ({ reference }) => reference },
    sequence: { figure: true, cell: ({ sequence }) => (sequence === null ? null : number(sequence)) },
  };
  return columns.map((column) => ({ name: say(`column.${column}`), ...cells[column] }));
}

function From({ reply: { from, firstName, lastName, conversationId }, chat }: { reply: Reply; chat: boolean }) {
  const phone = phoneText(from);
  const name = nameOf({ phone: from, firstName, lastName });
  return (
    <span className="person-cell">
      {chat && conversationId ? (
        <Link to="/chat/$id" params={{ id: conversationId }}>
          {name}
        </Link>
      ) : (
        name
      )}
      {name === phone ? null : <small>{phone}</small>}
    </span>
  );
}
