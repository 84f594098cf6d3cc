import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, v1 } from '../api.ts';
import { Loaded, Table, whenShort } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { session } from '../people/session.ts';

const SHOWN = 10;

/** The newest answers; where there is a chat, each opens its conversation. */
export function CampaignReplies({ id }: { id: string }) {
  const { say } = useLocale();
  const { data: who } = useQuery(session);
  const replies = useQuery({
    queryKey: ['replies', 'campaign', id],
    queryFn: () => ask(v1.replies.$get({ query: { campaign: id, limit: String(SHOWN) } })),
  });
  const chat = who?.account?.platform === 'v2';
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
            <Table
              label={say('campaignReplies')}
              rows={items}
              keyOf={(reply) => reply.id}
              columns={[
                {
                  name: say('from'),
                  cell: ({ from, conversationId }) =>
                    chat && conversationId ? (
                      <Link to="/chat/$id" params={{ id: conversationId }}>
                        {phoneText(from)}
                      </Link>
                    ) : (
                      phoneText(from)
                    ),
                },
                { name: say('text'), long: true, cell: ({ text }) => <span dir="auto">{text}</span> },
                { name: say('received'), cell: ({ receivedAt }) => whenShort(receivedAt) },
              ]}
            />
          )
        }
      </Loaded>
    </section>
  );
}
