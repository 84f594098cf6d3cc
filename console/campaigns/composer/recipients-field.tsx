import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { Button, DropZone, FileTrigger } from 'react-aria-components';
import { ask, v1 } from '../../api.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { Action, Choice, Field } from '../../ui/components.tsx';
import { columnsOf, readBeginning, type Columns, type Recipients } from './recipients.ts';
import { NO_RECIPIENTS, type Source } from './recipients-source.ts';

type Props = {
  source: Source;
  change: (source: Source) => void;
  read: Recipients;
  chosen: Partial<Columns>;
  choose: (columns: Partial<Columns>) => void;
};
type Kind = 'typed' | 'list' | 'contacts';

/** Who gets it: typed, pasted, a file that is chosen or dropped, a list that is kept, or contacts. */
export function RecipientsField(props: Props) {
  const { say } = useLocale();
  const { source, change } = props;
  const lists = useQuery({ queryKey: ['lists'], queryFn: () => ask(v1.lists.$get({ query: { limit: '200' } })) });
  const filled = lists.data?.items.filter(({ listed }) => listed > 0) ?? [];
  function begin(kind: Kind): void {
    props.choose({});
    if (kind === 'list') change({ kind, id: filled[0]?.id ?? '' });
    else change(kind === 'contacts' ? { kind, tag: '' } : NO_RECIPIENTS);
  }
  return (
    <div className="recipients">
      <Choice<Kind>
        label={say('recipientsFrom')}
        value={source.kind === 'file' ? 'typed' : source.kind}
        onChange={begin}
        options={[
          { value: 'typed', label: say('fromTyped') },
          ...(filled.length > 0 ? [{ value: 'list' as const, label: say('fromList') }] : []),
          { value: 'contacts', label: say('fromContacts') },
        ]}
      />
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
    </div>
  );
}

function Own({ source, change, read, chosen, choose }: Props) {
  const { say, number } = useLocale();
  const last = useRef<File>(undefined);
  async function take(file: File | undefined): Promise<void> {
    if (!file) return;
    last.current = file;
    const beginning = await readBeginning(file);
    // One that took longer to read than the one chosen after it is no longer meant.
    if (last.current !== file) return;
    choose({});
    change({ kind: 'file', file, beginning, keepAs: '' });
  }
  const columns = columnsOf(read, chosen);
  const options = read.columns.map((value) => ({ value, label: value }));
  return (
    <>
      {source.kind === 'file' ? (
        <div className="row chosen">
          <p>
            <strong>{source.file.name}</strong> {say('fileSize', { n: number(Math.ceil(source.file.size / 1024)) })}
          </p>
          <Action onPress={() => change(NO_RECIPIENTS)}>{say('removeFile')}</Action>
        </div>
      ) : (
        <Field
          label={say('recipients')}
          hint={say('recipientsHint')}
          rows={5}
          value={source.kind === 'typed' ? source.text : ''}
          onChange={(text) => change({ kind: 'typed', text })}
        />
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
      {read.columns.length > 1 ? (
        <div className="pair">
          <Choice label={say('numberColumn')} value={columns.to} onChange={(to) => choose({ ...chosen, to })} options={options} />
          <Choice
            label={say('referenceColumn')}
            value={columns.reference}
            onChange={(reference) => choose({ ...chosen, reference })}
            options={[{ value: '', label: say('noReference') }, ...options]}
          />
        </div>
      ) : null}
      {source.kind === 'file' ? (
        <Field
          label={say('keepAs')}
          hint={say('keepAsHint')}
          value={source.keepAs}
          onChange={(keepAs) => change({ ...source, keepAs })}
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
