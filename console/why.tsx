import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalOf, v1 } from './api.ts';
import { useLocale } from './locale.tsx';
import { Problem } from './parts.tsx';
import type { Word } from './text-fr.ts';

const words = {
  'reply-code': 'whyReplyCode',
  keyword: 'whyKeyword',
  'rented-number': 'whyRented',
  corrected: 'whyCorrected',
  none: 'answersNothing',
} as const satisfies Record<string, Word>;

/** The campaign a reply answers, and why it is that one. */
export function Why({ replyId }: { replyId: string }) {
  const { say } = useLocale();
  const [open, setOpen] = useState(false);
  return (
    <details className="why" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say('why')}</summary>
      {open ? <Reasons replyId={replyId} /> : null}
    </details>
  );
}

function Reasons({ replyId }: { replyId: string }) {
  const { say } = useLocale();
  const { data, error } = useQuery({
    queryKey: ['reply', replyId],
    queryFn: async () => {
      const response = await v1.replies[':id'].$get({ param: { id: replyId } });
      if (response.status === 200) return response.json();
      throw await refusalOf(response);
    },
  });
  if (error) return <Problem error={error} />;
  if (!data) return <p>{say('whyLoading')}</p>;
  return (
    <>
      {data.campaign ? <p>{say('answersCampaign', { name: data.campaign.name })}</p> : null}
      {data.message ? <p>{say('answersMessage', { text: data.message.text })}</p> : null}
      <p>
        {say(words[data.attribution.method])}{' '}
        {data.attribution.candidates > 1 ? say('candidates', { n: data.attribution.candidates }) : ''}
      </p>
    </>
  );
}
