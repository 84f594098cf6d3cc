export type Format = 'csv' | 'xlsx';
type Counter = { add: (bytes: Uint8Array<ArrayBuffer>) => void; rows: () => number; end: () => Promise<void> };

const [QUOTE, LINE_END] = [34, 10];
const ROW_END = '</row>';
/** The head of a part of a zip, up to its name; where the lengths of what follows stand in it. */
const [HEAD_BYTES, NAME_LENGTH_AT, EXTRA_LENGTH_AT] = [30, 26, 28];

/** Counts the lines of a CSV as it comes; a line end within quotes ends none. */
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

/** Counts the rows of a workbook as it comes: the sheet is the first part of the zip, and is unpacked beside. */
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
  // The parts behind the sheet are no part of what it is packed in, and end the unpacking.
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

/** How many replies of a file have come; its first row names the columns. */
export function rowCounter(format: Format): Counter {
  const counter = format === 'csv' ? csvCounter() : xlsxCounter();
  return { ...counter, rows: () => Math.max(0, counter.rows() - 1) };
}
