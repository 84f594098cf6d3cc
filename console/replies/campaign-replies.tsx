import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, v1 } from '../api.ts';
import { Loaded, Table } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { session } from '../people/session.ts';
import { useReplyColumns } from './reply-columns.tsx';

const SHOWN = 10;
const COLUMNS = ['from', 'text', 'received'] as const;

/** The newest replies of a campaign. */
export function CampaignReplies({ id }: { id: string }) {
  const { say } = useLocale();
  const { data: who } = useQuery(session);
  const replies = useQuery({
    queryKey: ['replies', 'campaign', id],
    queryFn: () => ask(v1.replies.$get({ query: { campaign: id, limit: String(SHOWN) } })),
  });
  const columns = useReplyColumns(COLUMNS, who?.account?.platform === 'v2');
  return (
    <section>
      <div className="row">
        <h2>{say('campaignReplies')}</h2>
        {replies.data?.nextCursor ? (
          <Link to="/replies" search={{ campaign: id }}>
            {say('seeAll')}
          </Link>
        ) : null}
      </div>
      <Loaded of={replies}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{say('noCampaignReplies')}</p>
          ) : (
            <Table label={say('campaignReplies')} rows={items} keyOf={(reply) => reply.id} columns={columns} />
          )
        }
      </Loaded>
    </section>
  );
}
