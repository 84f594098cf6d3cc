import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { refusalOf } from './api.ts';
import { useLocale } from './locale.tsx';
import { Action, Problem } from './parts.tsx';
import { queryOf, type Filters } from './reply-filters.tsx';

type Format = 'csv' | 'xlsx';
/** `rows` is null for a workbook: it comes packed, and how many rows are in it so far is not to be seen. */
type Progress = { format: Format; total: number; rows: number | null; bytes: number };

const [QUOTE, LINE_END] = [34, 10];
const A_MEGABYTE = 1_000_000;

/** Counts the lines of a CSV as it comes; a line end within quotes ends none. */
function lineCounter() {
  let [lines, quoted] = [0, false];
  return (bytes: Uint8Array): number => {
    for (const byte of bytes) {
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === LINE_END && !quoted) lines++;
    }
    return lines;
  };
}

/** Reads the file piece by piece, and tells how far it is. */
async function read(filters: Filters, format: Format, signal: AbortSignal, tell: (progress: Progress) => void): Promise<Blob> {
  const query = new URLSearchParams(queryOf(filters)).toString();
  const response = await fetch(`/v1/replies.${format}?${query}`, { signal });
  if (!response.ok || !response.body) throw await refusalOf(response);
  const total = Number(response.headers.get('x-total-count') ?? 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const count = lineCounter();
  const reader = response.body.getReader();
  for (let bytes = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(pieces, { type: response.headers.get('content-type') ?? '' });
    pieces.push(value);
    bytes += value.length;
    // The first line names the columns.
    tell({ format, total, bytes, rows: format === 'csv' ? Math.max(0, count(value) - 1) : null });
  }
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.download = name;
  link.href = URL.createObjectURL(blob);
  link.click();
  // The browser has it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** All that the filters leave as a file, with how far it is, and a way to stop it. */
export function ReplyExport({ filters }: { filters: Filters }) {
  const { say, number } = useLocale();
  const [progress, setProgress] = useState<Progress | null>(null);
  const stop = useRef<AbortController>(null);
  const run = useMutation({
    mutationFn: async (format: Format) => {
      const controller = new AbortController();
      stop.current = controller;
      setProgress({ format, total: 0, rows: null, bytes: 0 });
      try {
        save(await read(filters, format, controller.signal, setProgress), `replies.${format}`);
      } catch (error) {
        if (!controller.signal.aborted) throw error;
      } finally {
        setProgress(null);
      }
    },
  });
  if (progress) {
    const { total, rows, bytes } = progress;
    const words =
      rows === null
        ? say('exportedBytes', { size: number(Math.round(bytes / (A_MEGABYTE / 10)) / 10), total: number(total) })
        : say('exportedRows', { n: number(rows), total: number(total) });
    return (
      <div className="row start">
        <progress aria-label={say('exporting')} max={Math.max(1, total)} {...(rows === null ? {} : { value: rows })} />
        <span>{words}</span>
        <Action onPress={() => stop.current?.abort()}>{say('exportStop')}</Action>
      </div>
    );
  }
  return (
    <div className="row start">
      <Action onPress={() => run.mutate('csv')}>{say('exportCsv')}</Action>
      <Action onPress={() => run.mutate('xlsx')}>{say('exportXlsx')}</Action>
      <Problem error={run.error} />
      <span role="status">{run.isSuccess ? say('exported') : ''}</span>
    </div>
  );
}
