import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask, v1 } from '../api.ts';
import { Loaded } from '../ui/list.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { phoneText } from '../ui/phone-text.ts';
import { session } from '../people/session.ts';

/** The newest answers; where there is a chat, each opens its conversation. */
export function CampaignReplies({ id }: { id: string }) {
  const { say } = useLocale();
  const { data: who } = useQuery(session);
  const replies = useQuery({
    queryKey: ['replies', 'campaign', id],
    queryFn: () => ask(v1.replies.$get({ query: { campaign: id, limit: '20' } })),
  });
  const chat = who?.account?.platform === 'v2';
  return (
    <>
      <h2>{say('campaignReplies')}</h2>
      <Loaded of={replies}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{say('noCampaignReplies')}</p>
          ) : (
            <ul className="replies">
              {items.map(({ id: reply, from, text, conversationId }) => (
                <li key={reply}>
                  {chat && conversationId ? (
                    <Link to="/chat/$id" params={{ id: conversationId }}>
                      {phoneText(from)}
                    </Link>
                  ) : (
                    <strong>{phoneText(from)}</strong>
                  )}{' '}
                  <span dir="auto">{text}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}
