import { useNavigate } from '@tanstack/react-router';
import { Copy, Ellipsis, Pause, Pencil, Play, X } from 'lucide-react';
import type { InferResponseType } from 'hono/client';
import { useState } from 'react';
import { ask, v1 } from '../api.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useAct } from '../query-hooks.ts';
import { Problem } from '../ui/components.tsx';
import { ConfirmDialog } from '../ui/confirm-button.tsx';
import { MenuButton } from '../ui/menu-button.tsx';
import { Sparkline } from '../ui/tables/sparkline.tsx';

export type Listed = InferResponseType<typeof v1.campaigns.$get, 200>['items'][number];

/** Replies, reply rate, and their growth. */
export function Answered({ campaign: { figures, total } }: { campaign: Listed }) {
  const { say, number, percent } = useLocale();
  if (!figures) return null;
  const { repliers, replied } = figures;
  return (
    <span className="answered">
      {repliers > 0 ? <Sparkline small values={cumulative(replied)} /> : null}
      <span>
        {say(repliers === 1 ? 'replyCountOne' : 'replyCount', { n: number(repliers) })} · {percent(repliers, total)}
      </span>
    </span>
  );
}

/** Running sums as shares of the total, from nothing. */
function cumulative(values: number[]): number[] {
  const sums = values.reduce<number[]>((all, value) => [...all, (all.at(-1) ?? 0) + value], [0]);
  return sums.map((sum) => sum / Math.max(1, sums.at(-1) ?? 0));
}

export function CampaignMenu({ campaign: { id, name, state } }: { campaign: Listed }) {
  const { say } = useLocale();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const act = useAct(
    (verb: 'pause' | 'resume' | 'cancel') => ask(v1.campaigns[':id'][verb].$post({ param: { id } })),
    ['campaigns'],
  );
  const edit = {
    text: say('editCampaign'),
    icon: Pencil,
    act: () => void navigate({ to: '/campaigns/$id/edit', params: { id } }),
  };
  const duplicate = {
    text: say('duplicate'),
    icon: Copy,
    act: () => void navigate({ to: '/campaigns/new', search: { from: id } }),
  };
  const going = state === 'launched' || state === 'paused';
  const items = [
    ...(state === 'draft' || state === 'ready' ? [edit] : []),
    duplicate,
    ...(state === 'launched' ? [{ text: say('pause'), icon: Pause, act: () => act.mutate('pause') }] : []),
    ...(state === 'paused' ? [{ text: say('resume'), icon: Play, act: () => act.mutate('resume') }] : []),
    ...(going ? [{ text: say('cancel'), icon: X, danger: true, act: () => setAsking(true) }] : []),
  ];
  return (
    <>
      <MenuButton label={say('actionsOn', { name })} className="button ghost icon" groups={[{ items }]}>
        <Ellipsis aria-hidden="true" />
      </MenuButton>
      {asking ? null : <Problem error={act.error} />}
      <ConfirmDialog
        open={asking}
        change={setAsking}
        label={say('cancel')}
        question={say('cancelAsk')}
        act={{ ...act, mutateAsync: () => act.mutateAsync('cancel') }}
      >
        <p>{say('cancelHint')}</p>
      </ConfirmDialog>
    </>
  );
}
