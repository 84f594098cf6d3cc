import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Refusal, refusalOf } from '../api.ts';
import { rowCounter, type Format } from './export-rows.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Action, Problem } from '../ui/components.tsx';

type Progress = { total: number; rows: number };

/** Downloads with progress; fails on a truncated file. */
async function read(
  asked: Record<string, string>,
  format: Format,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<Blob> {
  const query = new URLSearchParams(asked).toString();
  const response = await fetch(`/v1/replies.${format}?${query}`, { signal });
  if (!response.ok || !response.body) throw await refusalOf(response);
  const total = Number(response.headers.get('x-total-count') ?? 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const counter = rowCounter(format);
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    counter.add(value);
    onProgress({ total, rows: Math.min(total, counter.rows()) });
  }
  await counter.end();
  if (counter.rows() < total) throw new Refusal('export-cut', '', []);
  return new Blob(pieces, { type: response.headers.get('content-type') ?? '' });
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.download = name;
  link.href = URL.createObjectURL(blob);
  link.click();
  // The download has started by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Exports a query's replies, with progress and a stop button. */
export function ReplyExport({ query }: { query: Record<string, string> }) {
  const { say, number, locale } = useLocale();
  const [progress, setProgress] = useState<Progress | null>(null);
  const stop = useRef<AbortController>(null);
  const run = useMutation({
    mutationFn: async (format: Format) => {
      const controller = new AbortController();
      stop.current = controller;
      setProgress({ total: 0, rows: 0 });
      try {
        save(await read(query, format, controller.signal, setProgress), `replies.${format}`);
        return 'saved';
      } catch (error) {
        if (!controller.signal.aborted) throw error;
        return 'stopped';
      } finally {
        setProgress(null);
      }
    },
  });
  if (progress) {
    const { total, rows } = progress;
    const percent = new Intl.NumberFormat(locale, { style: 'percent' }).format(
      total === 0 ? 0 : Math.floor((rows / total) * 100) / 100,
    );
    return (
      <div className="row start">
        <progress aria-label={say('exporting')} max={Math.max(1, total)} {...(rows === 0 ? {} : { value: rows })} />
        <span>{rows === 0 ? say('exportBegins') : say('exportedRows', { n: number(rows), total: number(total), percent })}</span>
        <Action onPress={() => stop.current?.abort()}>{say('halt')}</Action>
      </div>
    );
  }
  return (
    <div className="row start">
      <Action onPress={() => run.mutate('csv')}>{say('exportCsv')}</Action>
      <Action onPress={() => run.mutate('xlsx')}>{say('exportXlsx')}</Action>
      <Problem error={run.error} />
      <span role="status">{run.data === 'saved' ? say('exported') : ''}</span>
    </div>
  );
}
