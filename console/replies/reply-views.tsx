import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { REPLY_COLUMNS, USUAL_COLUMNS, type ReplyColumn } from '../../domain/replies/reply-table.ts';
import { ask, v1 } from '../api.ts';
import { useAct } from '../query-hooks.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action, FormCard, Check, Choice, Field } from '../ui/components.tsx';
import { filtersOf, keptOf, NONE, type Filters } from './reply-filters.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';

const KEY = ['reply-views'];

/** The columns of the table as the person left them or as the open view has them, and their views. */
export function useReplyTable() {
  const [view, setView] = useState<string | null>(null);
  const [chosen, setChosen] = useState<ReplyColumn[] | null>(null);
  const { data } = useQuery({ queryKey: KEY, queryFn: () => ask(v1['reply-views'].$get()) });
  const queries = useQueryClient();
  const keep = useMutation({
    // One after the other: of two choices the later one stays.
    scope: { id: 'reply-columns' },
    mutationFn: (columns: ReplyColumn[]) => ask(v1['reply-views'].columns.$put({ json: { columns } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const columns: readonly ReplyColumn[] = chosen ?? data?.columns ?? USUAL_COLUMNS;
  return {
    view,
    views: data?.items ?? [],
    columns,
    open: (id: string | null, with_: ReplyColumn[] | null) => {
      setView(id);
      setChosen(with_);
    },
    toggle: (column: ReplyColumn, shown: boolean) => {
      const next = REPLY_COLUMNS.filter((each) => (each === column ? shown : columns.includes(each)));
      if (next.length === 0) return;
      setChosen(next);
      // A view that is open is changed for now; the table without one stays as the person left it.
      if (view === null) keep.mutate(next);
    },
  };
}
type Props = { table: ReturnType<typeof useReplyTable>; filters: Filters; show: (filters: Filters) => void };

export function ReplyViews({ table, filters, show }: Props) {
  const { say } = useLocale();
  const [choosing, setChoosing] = useState(false);
  const open = table.views.find(({ id }) => id === table.view) ?? null;
  return (
    <div className="row start views">
      {table.views.length > 0 ? (
        <Choice
          label={say('view')}
          value={table.view ?? ''}
          onChange={(id) => {
            const view = table.views.find((each) => each.id === id);
            table.open(view?.id ?? null, view?.columns ?? null);
            show(view ? filtersOf(view.filters) : NONE);
          }}
          options={[{ value: '', label: say('noView') }, ...table.views.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      ) : null}
      <SaveView table={table} filters={filters} />
      {open ? <DeleteView id={open.id} name={open.name} gone={() => table.open(null, null)} /> : null}
      <Action aria-expanded={choosing} onPress={() => setChoosing(!choosing)}>
        {say('columns')} <span aria-hidden="true">{choosing ? '▴' : '▾'}</span>
      </Action>
      {choosing ? (
        <div role="group" aria-label={say('columns')} className="columns">
          {REPLY_COLUMNS.map((column) => (
            <Check
              key={column}
              label={say(`column.${column}`)}
              value={table.columns.includes(column)}
              onChange={(shown) => table.toggle(column, shown)}
            />
          ))}
        </div>
      ) : null}
    </div>
  );
}

function SaveView({ table, filters }: Omit<Props, 'show'>) {
  const { say } = useLocale();
  const [shown, setShown] = useState(false);
  const [name, setName] = useState('');
  const save = useAct(
    () => ask(v1['reply-views'].$post({ json: { name: name.trim(), filters: keptOf(filters), columns: [...table.columns] } })),
    KEY,
    ({ id, columns }) => {
      setShown(false);
      setName('');
      table.open(id, columns);
    },
  );
  return (
    <DialogTrigger isOpen={shown} onOpenChange={setShown}>
      <Action>{say('saveView')}</Action>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="modal">
          <Dialog>
            <Heading slot="title">{say('saveView')}</Heading>
            <p>{say('saveViewHint')}</p>
            <FormCard label={say('save')} act={save} disabled={name.trim() === ''}>
              <Field label={say('name')} value={name} onChange={setName} />
            </FormCard>
            <div className="row end">
              <Action slot="close">{say('leaveIt')}</Action>
            </div>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

function DeleteView({ id, name, gone }: { id: string; name: string; gone: () => void }) {
  const { say } = useLocale();
  const remove = useAct(() => ask(v1['reply-views'][':id'].$delete({ param: { id } })), KEY, gone);
  return <ConfirmButton label={say('deleteView')} question={say('removeAsk', { name })} act={remove} />;
}
