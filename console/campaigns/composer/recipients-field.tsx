import { useQuery } from '@tanstack/react-query';
import { useRef, type ClipboardEvent } from 'react';
import { Button, DropZone, FileTrigger } from 'react-aria-components';
import { ask, v1 } from '../../api.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Choice, Field } from '../../ui/components.tsx';
import type { Form } from './composition.ts';
import { Segments } from '../../ui/segments.tsx';
import { keptFile } from './kept-file.ts';
import { columnsOf, readBeginning, type Columns, type Recipients } from './recipients.ts';
import { NO_RECIPIENTS, type Source } from './recipients-source.ts';

type Props = {
  form: Form;
  set: (part: Partial<Form>) => void;
  read: Recipients;
  /** Rows of the draft's list. */
  listed: number;
  error: string | undefined;
};
/** In letters: about 5,000 rows. */
const LONG_PASTE = 100_000;
type Kind = 'kept' | 'typed' | 'list' | 'contacts';

/** The recipients: typed, pasted, a file, a saved list, or contacts. */
export function RecipientsField(props: Props) {
  const { say, number } = useLocale();
  const { form, set, listed, error } = props;
  const { source, lost } = form;
  const change = (next: Source): void => set({ source: next, chosen: {} });
  const lists = useQuery({ queryKey: ['lists'], queryFn: () => ask(v1.lists.$get({ query: { limit: '200' } })) });
  const filled = lists.data?.items.filter((each) => each.listed > 0) ?? [];
  const begun: Record<Kind, Source> = {
    kept: { kind: 'kept' },
    typed: NO_RECIPIENTS,
    list: { kind: 'list', id: filled[0]?.id ?? '' },
    contacts: { kind: 'contacts', tag: '' },
  };
  return (
    <>
      <Segments<Kind>
        label={say('recipients')}
        value={source.kind === 'file' ? 'typed' : source.kind}
        onChange={(kind) => change(begun[kind])}
        options={[
          ...(listed > 0 ? [{ value: 'kept' as const, label: say('fromKept', { n: number(listed) }) }] : []),
          { value: 'typed', label: say('fromTyped') },
          ...(filled.length > 0 ? [{ value: 'list' as const, label: say('savedList') }] : []),
          { value: 'contacts', label: say('contacts') },
        ]}
      />
      {lost === undefined ? null : <p className="notice">{say('fileLost', { name: lost })}</p>}
      {source.kind === 'list' ? (
        <Choice
          label={say('savedList')}
          value={source.id}
          onChange={(id) => change({ kind: 'list', id })}
          options={filled.map(({ id, name }) => ({ value: id, label: name }))}
        />
      ) : null}
      {source.kind === 'contacts' ? (
        <Field
          label={say('contactsTag')}
          hint={say('contactsTagHint')}
          value={source.tag}
          onChange={(tag) => change({ kind: 'contacts', tag })}
        />
      ) : null}
      {source.kind === 'typed' || source.kind === 'file' ? <Own {...props} /> : null}
      {error !== undefined && source.kind !== 'typed' ? <p role="alert">{error}</p> : null}
    </>
  );
}

/** Typed or pasted rows, or a file. */
function Own({ form, set, read, error }: Props) {
  const { say, number } = useLocale();
  const { source } = form;
  const last = useRef<File>(undefined);
  async function take(file: File | undefined): Promise<void> {
    if (!file) return;
    last.current = file;
    const [beginning, kept] = await Promise.all([readBeginning(file), keptFile(file)]);
    // A later choice wins.
    if (last.current !== file) return;
    set({ source: { kind: 'file', file, beginning, kept, keepAs: '' }, chosen: {}, lost: undefined });
  }
  /** A long paste becomes a file: a field of so many lines is slow. */
  function paste(event: ClipboardEvent): void {
    const text = event.clipboardData.getData('text/plain');
    if (text.length < LONG_PASTE) return;
    event.preventDefault();
    void take(new File([text], say('pastedFile')));
  }
  return (
    <>
      {source.kind === 'file' ? (
        <>
          <div className="row">
            <p>
              <strong>{source.file.name}</strong> {say('fileSize', { n: number(Math.ceil(source.file.size / 1024)) })}
            </p>
            <Action onPress={() => set({ source: NO_RECIPIENTS, chosen: {} })}>{say('removeFile')}</Action>
          </div>
          {source.kept === null ? <p className="notice">{say('fileNotKept')}</p> : null}
        </>
      ) : (
        <div onPasteCapture={paste}>
          <Field
            label={say('recipients')}
            hint={say('recipientsHint')}
            rows={5}
            value={source.kind === 'typed' ? source.text : ''}
            onChange={(text) => set({ source: { kind: 'typed', text } })}
            error={error}
          />
        </div>
      )}
      <DropZone
        className="drop"
        aria-label={say('dropCsv')}
        onDrop={({ items }) => {
          const file = items.find((item) => item.kind === 'file');
          void file?.getFile().then(take);
        }}
      >
        <p>{say('dropCsv')}</p>
        <FileTrigger
          acceptedFileTypes={['text/csv', 'text/plain', 'application/gzip', '.csv', '.txt', '.gz', '.xlsx']}
          onSelect={(files) => void take(files?.[0])}
        >
          <Button className="button plain">{say(source.kind === 'file' ? 'otherFile' : 'chooseFile')}</Button>
        </FileTrigger>
      </DropZone>
      <OfTheRows form={form} set={set} read={read} />
    </>
  );
}

/** Columns of number and reference, a name to save the list, and rows read. */
function OfTheRows({ form: { source, chosen }, set, read }: Pick<Props, 'form' | 'set' | 'read'>) {
  const { say, number } = useLocale();
  const choose = (part: Partial<Columns>): void => set({ chosen: { ...chosen, ...part } });
  const columns = columnsOf(read, chosen);
  const options = read.columns.map((value) => ({ value, label: value }));
  return (
    <>
      {read.columns.length > 1 ? (
        <div className="pair">
          <Choice label={say('numberColumn')} value={columns.to} onChange={(to) => choose({ to })} options={options} />
          <Choice
            label={say('referenceColumn')}
            value={columns.reference}
            onChange={(reference) => choose({ reference })}
            options={[{ value: '', label: say('noReference') }, ...options]}
          />
        </div>
      ) : null}
      {source.kind === 'file' ? (
        <Field
          label={say('keepAs')}
          hint={say('keepAsHint')}
          value={source.keepAs}
          onChange={(keepAs) => set({ source: { ...source, keepAs } })}
        />
      ) : null}
      <p role="status" className="hint">
        {source.kind === 'file'
          ? say('fileRead', { columns: read.columns.join(', ') })
          : say('recipientsRead', { n: number(read.rows.length) })}
      </p>
    </>
  );
}
