export type Format = 'csv' | 'xlsx';
type Counter = { add: (bytes: Uint8Array<ArrayBuffer>) => void; rows: () => number; end: () => Promise<void> };

const [QUOTE, LINE_END] = [34, 10];
const ROW_END = '</row>';
/** Layout of a zip's local file header. */
const [HEAD_BYTES, NAME_LENGTH_AT, EXTRA_LENGTH_AT] = [30, 26, 28];

/** Counts CSV lines; line ends within quotes do not count. */
function csvCounter(): Counter {
  let [lines, quoted] = [0, false];
  return {
    add: (bytes) => {
      for (const byte of bytes) {
        if (byte === QUOTE) quoted = !quoted;
        else if (byte === LINE_END && !quoted) lines++;
      }
    },
    rows: () => lines,
    end: async () => {},
  };
}

/** Counts rows of a workbook: its sheet is the zip's first entry, decompressed on the fly. */
function xlsxCounter(): Counter {
  const unpack = new DecompressionStream('deflate-raw');
  const writer = unpack.writable.getWriter();
  let [rows, head] = [0, new Uint8Array(0)];
  let begun = false;
  async function read(): Promise<void> {
    const decoder = new TextDecoder();
    const reader = unpack.readable.getReader();
    for (let rest = ''; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      const text = rest + decoder.decode(value, { stream: true });
      rows += text.split(ROW_END).length - 1;
      rest = text.slice(1 - ROW_END.length);
    }
  }
  // Bytes after the sheet end the decompression with an error.
  const counted = read().catch(() => {});
  const write = (bytes: Uint8Array<ArrayBuffer>): void => void writer.write(bytes).catch(() => {});
  return {
    add: (bytes) => {
      if (begun) return write(bytes);
      const joined = new Uint8Array(head.length + bytes.length);
      joined.set(head);
      joined.set(bytes, head.length);
      head = joined;
      if (head.length < HEAD_BYTES) return;
      const view = new DataView(head.buffer);
      const start = HEAD_BYTES + view.getUint16(NAME_LENGTH_AT, true) + view.getUint16(EXTRA_LENGTH_AT, true);
      if (head.length < start) return;
      begun = true;
      write(head.slice(start));
    },
    rows: () => rows,
    end: async () => {
      void writer.close().catch(() => {});
      await counted;
    },
  };
}

/** Data rows received, without the header. */
export function rowCounter(format: Format): Counter {
  const counter = format === 'csv' ? csvCounter() : xlsxCounter();
  return { ...counter, rows: () => Math.max(0, counter.rows() - 1) };
}
