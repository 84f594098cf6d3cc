import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { InferResponseType } from 'hono/client';
import { Bookmark, BookmarkPlus, X } from 'lucide-react';
import { Suspense, useState } from 'react';
import { ask, v1 } from '../../api.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { IconAction } from '../../ui/components.tsx';
import { lazyPart } from '../../ui/lazy-part.ts';
import { toast } from '../../ui/toast.tsx';
import { addressOf, filtersOf, sameFilters, type ChatSearch } from './views.ts';

const SaveView = lazyPart(async () => (await import('../../ui/filters/save-view.tsx')).SaveView);

export type SavedView = NonNullable<InferResponseType<typeof v1.conversations.$get, 200>['views']>[number];

export const savedIn = (saved: SavedView[], search: ChatSearch): SavedView | undefined =>
  saved.find(({ filters }) => sameFilters(filters, filtersOf(search)));

function useInboxViews() {
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries({ queryKey: ['conversations'] });
  const save = useMutation({
    mutationFn: ({ name, filters }: Pick<SavedView, 'name' | 'filters'>) =>
      ask(v1['inbox-views'].$post({ json: { name, filters } })),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (id: string) => ask(v1['inbox-views'][':id'].$delete({ param: { id } })),
    onSuccess,
  });
  return { save, remove };
}

export function SavedViews({ saved, search }: { saved: SavedView[]; search: ChatSearch }) {
  const { say, number } = useLocale();
  const { save, remove } = useInboxViews();
  const navigate = useNavigate();
  const here = savedIn(saved, search);
  if (saved.length === 0) return null;
  const leave = (view: SavedView): void =>
    remove.mutate(view.id, {
      onSuccess: () => {
        void navigate({ to: '.', search: {} });
        toast(say('done.viewDeleted', { name: view.name }), () => save.mutate(view));
      },
    });
  return (
    <section aria-label={say('savedViews')}>
      <p>{say('savedViews')}</p>
      {saved.map((view) => (
        <div key={view.id} className="saved">
          <Link
            to="."
            search={addressOf(view.filters)}
            activeProps={{}}
            title={view.name}
            {...(view === here ? { className: 'here', 'aria-current': 'true' } : {})}
          >
            <Bookmark aria-hidden="true" />
            <span>{view.name}</span>
            {view.count > 0 ? <span className="count quiet">{number(view.count)}</span> : null}
          </Link>
          {view === here ? <IconAction icon={X} label={say('deleteView')} act={() => leave(view)} /> : null}
        </div>
      ))}
    </section>
  );
}

/** Saves the current filters under a name, unless they are a saved view. */
export function SaveFilters({ saved, search }: { saved: SavedView[]; search: ChatSearch }) {
  const { say } = useLocale();
  const [asking, show] = useState(false);
  const { save } = useInboxViews();
  const filters = filtersOf(search);
  const close = (): void => show(false);
  if ((filters.campaign === null && filters.search === null) || savedIn(saved, search)) return null;
  return (
    <>
      <button type="button" className="chip" onClick={() => show(true)}>
        <BookmarkPlus aria-hidden="true" /> {say('saveView')}
      </button>
      {asking ? (
        <Suspense>
          <SaveView
            hint={say('saveFiltersHint')}
            close={close}
            act={{ ...save, mutate: (name) => save.mutate({ name, filters }, { onSuccess: close }) }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
