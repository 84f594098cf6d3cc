import { once } from 'node:events';
import { setPriority } from 'node:os';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createInflateRaw } from 'node:zlib';
import { streamXlsxRows, type CellValue } from 'hucre/xlsx';
import type { FromWorkbook } from './read-xlsx.ts';

// The process of read-xlsx.ts. Low priority: requests go first.
if (process.platform === 'linux') setPriority(0, 10);

const PAGE = 1000;
/** Unpacked, all parts; ten times a sheet of 200,000 rows. */
const MOST_UNPACKED = 512 * 1_048_576;
const BEGINNING = 4096;

class Refused extends Error {
  readonly code: 'list-not-xlsx' | 'list-bomb' | 'list-entities';
  constructor(code: Refused['code']) {
    super(code);
    this.code = code;
  }
}

/** Unpacks each part without keeping it. Throws for a non-archive, a bomb, or declared entities. */
async function check(zip: Buffer): Promise<void> {
  const end = zip.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  if (end < 0 || end + 22 > zip.length) throw new Refused('list-not-xlsx');
  let unpacked = 0;
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Refused('list-not-xlsx');
    const [isStored, packed, local] = [zip.readUInt16LE(at + 10) === 0, zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 42)];
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const part = Readable.from([zip.subarray(data, data + packed)]);
    let beginning = '';
    for await (const chunk of isStored ? part : part.pipe(createInflateRaw())) {
      if (!(chunk instanceof Uint8Array)) continue;
      unpacked += chunk.length;
      if (unpacked > MOST_UNPACKED) throw new Refused('list-bomb');
      if (beginning.length < BEGINNING) beginning += Buffer.from(chunk).toString('latin1', 0, BEGINNING);
    }
    // No workbook needs entities, and a few lines of them expand to gigabytes.
    if (/<!(?:DOCTYPE|ENTITY)/i.test(beginning)) throw new Refused('list-entities');
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}

function textOf(cell: CellValue): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  return typeof cell === 'object' ? '' : String(cell).trim();
}

const say = (message: FromWorkbook): void => void process.send?.(message);

async function read(): Promise<void> {
  const zip = await buffer(process.stdin);
  await check(zip);
  let rows: string[][] = [];
  const hand = async (): Promise<void> => {
    say({ rows });
    rows = [];
    await once(process, 'message');
  };
  for await (const { values } of streamXlsxRows(zip)) {
    rows.push(values.map(textOf));
    if (rows.length === PAGE) await hand();
  }
  if (rows.length > 0) await hand();
  say({ end: true });
}

// A range error means that the archive's offsets are wrong.
read().catch((error: unknown) => say({ refused: error instanceof Refused ? error.code : 'list-not-xlsx' }));
