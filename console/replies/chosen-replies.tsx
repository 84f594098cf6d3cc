import { X } from 'lucide-react';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAct } from '../query-hooks.ts';
import { Field, IconAction } from '../ui/components.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { toast } from '../ui/toast.tsx';
import type { Reply } from './reply-columns.tsx';
import { ReplyExport } from './reply-export.tsx';

type Props = { replies: Reply[]; clear: () => void; tags: boolean };

/** Actions on marked replies: tag, export. */
export function ChosenReplies({ replies, clear, tags }: Props) {
  const { say, number } = useLocale();
  const chosen = say('chosenReplies', { n: number(replies.length) });
  return (
    <div className="row start" role="toolbar" aria-label={chosen}>
      <IconAction icon={X} label={say('markNone')} act={clear} />
      <strong>{chosen}</strong>
      {tags ? <TagThem replies={replies} done={clear} /> : null}
      <ReplyExport query={{ ids: replies.map(({ id }) => id).join(',') }} />
    </div>
  );
}

function TagThem({ replies, done }: { replies: Reply[]; done: () => void }) {
  const { say } = useLocale();
  const [tag, setTag] = useState('');
  const ids = [...new Set(replies.flatMap(({ conversationId }) => conversationId ?? []))];
  const act = useAct(
    () =>
      Promise.all(
        ids.map(async (id) => {
          const one = v1.conversations[':id'];
          const { tags } = await ask(one.$get({ param: { id } }));
          return ask(one.$patch({ param: { id }, json: { tags: [...new Set([...tags, tag.trim()])] } }));
        }),
      ),
    ['conversations'],
    () => {
      toast(say('done.tagged', { tag: tag.trim() }));
      done();
    },
  );
  return (
    <ConfirmButton kind="plain" label={say('addTag')} question={say('addTag')} act={act} disabled={tag.trim() === ''}>
      <Field label={say('newTag')} value={tag} onChange={setTag} />
    </ConfirmButton>
  );
}
