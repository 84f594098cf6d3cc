import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';
import { Suspense, useState } from 'react';
import { REPLY_COLUMNS, USUAL_COLUMNS, type ReplyColumn } from '../../domain/replies/reply-table.ts';
import { ask, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { ChipChoice } from '../ui/filters/chip-choice.tsx';
import { Action } from '../ui/components.tsx';
import { lazyPart } from '../ui/lazy-part.ts';
import { MenuButton } from '../ui/menu-button.tsx';
import { filtersOf, keptOf, NONE, type Filters } from './reply-filters.tsx';
import { ConfirmDialog } from '../ui/confirm-button.tsx';

const SaveView = lazyPart(async () => (await import('../ui/filters/save-view.tsx')).SaveView);
const KEY = ['reply-views'];

/** The table's columns (the person's own or the open view's), and saved views. */
export function useReplyTable() {
  const [view, setView] = useState<string | null>(null);
  const [chosen, setChosen] = useState<ReplyColumn[] | null>(null);
  const { data } = useQuery({ queryKey: KEY, queryFn: () => ask(v1['reply-views'].$get()) });
  const queries = useQueryClient();
  const keep = useMutation({
    // In sequence: the last choice wins.
    scope: { id: 'reply-columns' },
    mutationFn: (columns: ReplyColumn[]) => ask(v1['reply-views'].columns.$put({ json: { columns } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const columns: readonly ReplyColumn[] = chosen ?? data?.columns ?? USUAL_COLUMNS;
  return {
    view,
    views: data?.items ?? [],
    columns,
    open: (id: string | null, shown: ReplyColumn[] | null) => {
      setView(id);
      setChosen(shown);
    },
    toggle: (column: ReplyColumn, shown: boolean) => {
      const next = REPLY_COLUMNS.filter((each) => (each === column ? shown : columns.includes(each)));
      if (next.length === 0) return;
      setChosen(next);
      // Columns of an open view are changed only for now.
      if (view === null) keep.mutate(next);
    },
  };
}
type Props = { table: ReturnType<typeof useReplyTable>; filters: Filters; show: (filters: Filters) => void };

/** Saved views, columns menu, save and clear. */
export function ReplyViews({ table, filters, show }: Props) {
  const { say } = useLocale();
  const [saving, setSaving] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const { save, remove } = useSavedViews(table, filters, () => setSaving(false));
  const open = table.views.find(({ id }) => id === table.view);
  const filtered = JSON.stringify(filters) !== JSON.stringify(NONE);
  const clear = (): void => {
    show(NONE);
    table.open(null, null);
  };
  return (
    <>
      {table.views.length > 0 ? (
        <ChipChoice
          label={say('view')}
          value={table.view ?? ''}
          none=""
          onChange={(id) => {
            const view = table.views.find((each) => each.id === id);
            if (!view) return clear();
            table.open(view.id, view.columns);
            show(filtersOf(view.filters));
          }}
          options={[{ value: '', label: say('noView') }, ...table.views.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      ) : null}
      <ColumnsMenu table={table} />
      <Action kind="ghost" onPress={() => setSaving(true)}>
        {say('saveView')}
      </Action>
      {saving ? (
        <Suspense>
          <SaveView hint={say('saveViewHint')} close={() => setSaving(false)} act={save} />
        </Suspense>
      ) : null}
      {open ? (
        <>
          <Action kind="ghost" onPress={() => setLeaving(true)}>
            {say('deleteView')}
          </Action>
          <ConfirmDialog
            label={say('deleteView')}
            question={say('removeAsk', { name: open.name })}
            act={remove}
            open={leaving}
            change={setLeaving}
          />
        </>
      ) : null}
      {filtered ? (
        <Action kind="ghost" onPress={clear}>
          {say('clear')}
        </Action>
      ) : null}
    </>
  );
}

function useSavedViews(table: Props['table'], filters: Filters, saved: () => void) {
  const save = useAct(
    (name: string) => ask(v1['reply-views'].$post({ json: { name, filters: keptOf(filters), columns: [...table.columns] } })),
    KEY,
    ({ id, columns }) => {
      saved();
      table.open(id, columns);
    },
  );
  const id = table.view ?? '';
  const remove = useAct(
    () => ask(v1['reply-views'][':id'].$delete({ param: { id } })),
    KEY,
    () => table.open(null, null),
  );
  return { save, remove };
}

function ColumnsMenu({ table }: Pick<Props, 'table'>) {
  const { say } = useLocale();
  const items = REPLY_COLUMNS.map((column) => {
    const chosen = table.columns.includes(column);
    return { id: column, text: say(`column.${column}`), chosen, act: () => table.toggle(column, !chosen) };
  });
  return (
    <MenuButton named label={say('columns')} className="chip" groups={[{ several: true, items }]}>
      {say('columns')} <ChevronDown aria-hidden="true" />
    </MenuButton>
  );
}
