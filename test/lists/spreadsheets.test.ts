import { readFileSync } from 'node:fs';
import { writeXlsxStream } from 'hucre/xlsx';
import { expect, test } from 'vitest';
import { AppError } from '../../domain/problems/errors.ts';
import type { ListGuess } from '../../database/campaigns/list-import.ts';
import { readList, type ListRow, type ListType } from '../../api/lists/read-list.ts';
import { archive } from './archive.ts';
import { anAccount, startApi } from '../fixtures/api.ts';

const LIMITS = { rows: 1_000_000, bytes: 2_000_000_000 };

/** In pieces of a few bytes, as a network may cut them. */
const inPieces = (bytes: Uint8Array, size = 3): ReadableStream<Uint8Array> =>
  ReadableStream.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
    })(),
  );

async function read(body: ReadableStream<Uint8Array>, type: ListType = 'csv') {
  const guess: ListGuess = {};
  const rows: ListRow[] = [];
  for await (const row of readList({ body, type, gzip: false }, LIMITS, guess)) rows.push(row);
  return { rows, guess };
}
const refusal = (reading: Promise<unknown>): Promise<unknown> =>
  reading.then(
    () => 'accepted',
    (error: unknown) => (error instanceof AppError ? error.faults.map(({ code }) => code) : error),
  );

const LIST = 'téléphone;prénom\r\n0612000001;Zoé\r\n0612000002;Rémi\r\n';
const EXPECTED = [
  { téléphone: '0612000001', prénom: 'Zoé' },
  { téléphone: '0612000002', prénom: 'Rémi' },
];
const wide = (text: string, isBig: boolean): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

test.each([
  ['utf-8', Buffer.from(LIST)],
  ['utf-8', Buffer.from(`\uFEFF${LIST}`)],
  ['windows-1252', Buffer.from(LIST, 'latin1')],
  ['utf-16le', wide(`\uFEFF${LIST}`, false)],
  ['utf-16be', wide(`\uFEFF${LIST}`, true)],
  ['utf-16le', wide(`to;${LIST}`.replace('to;téléphone', 'téléphone'), false)],
])('a list saved as %s is read, wherever the network cuts it', async (encoding, bytes) => {
  for (const size of [1, 2, 3, 5, 4096]) {
    expect(await read(inPieces(bytes, size))).toEqual({ rows: EXPECTED, guess: { encoding, separator: ';' } });
  }
});

test('Windows-1252 that begins late, after a long plain part, is read; broken UTF-8 is refused', async () => {
  const plain = `to;nom\n${'0612000001;Max\n'.repeat(5000)}`;
  const late = await read(inPieces(Buffer.from(`${plain}0612000002;Zoé\n`, 'latin1'), 1000));
  expect([late.rows.length, late.rows.at(-1)]).toEqual([5001, { to: '0612000002', nom: 'Zoé' }]);
  const broken = Buffer.concat([Buffer.from('to;nom\n1;Zoé\n'), Buffer.from('2;Rémi\n', 'latin1')]);
  expect(await refusal(read(inPieces(broken, 4)))).toEqual(['list-utf8']);
});

test('the line "sep=;", blank rows and empty last columns are passed over; a value there is not', async () => {
  const csv = 'sep=;\r\nto;nom;;\r\n0612000001;Zoé;;\r\n;;;\r\n\r\n0612000002;Max;;\r\n';
  expect((await read(inPieces(Buffer.from(csv)))).rows).toEqual([
    { to: '0612000001', nom: 'Zoé' },
    { to: '0612000002', nom: 'Max' },
  ]);
  expect(await refusal(read(inPieces(Buffer.from('to;nom;;\n1;Zoé;;perdu\n'))))).toEqual(['list-row-width']);
});

const workbook = (rows: (string | number | null)[][]): ReadableStream<Uint8Array> => writeXlsxStream(rows, { name: 'Clients' });

test('a workbook is read row by row: all digits kept, blank rows and empty columns passed over', async () => {
  const rows = [
    ['Portable', 'prénom', null],
    ['+33612000001', 'Zoé', null],
    [null, null, null],
    [612000002, 'Rémi'],
    [33612000003, null],
  ];
  expect((await read(workbook(rows), 'xlsx')).rows).toEqual([
    { Portable: '+33612000001', prénom: 'Zoé' },
    { Portable: '612000002', prénom: 'Rémi' },
    { Portable: '33612000003', prénom: '' },
  ]);
});

/** In kB. */
const resident = (pid: number): number => Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
/** Processes of ours that read a workbook now. */
const readers = (): number[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('xlsx-process'))
    .map(Number);

test('a workbook of 200,000 rows takes at most 300 MB', async () => {
  const rows = function* () {
    yield ['to', 'prenom', 'ville'];
    for (let n = 0; n < 200_000; n++) yield [`+336${10_000_000 + n}`, `Prénom ${n}`, `Ville numéro ${n % 500}`];
  };
  const bytes = new Uint8Array(await new Response(writeXlsxStream(rows(), { name: 'Clients' })).arrayBuffer());
  const before = resident(process.pid);
  let [count, most, last]: [number, number, ListRow] = [0, 0, {}];
  for await (const row of readList({ body: inPieces(bytes, 65_536), type: 'xlsx', gzip: false }, LIMITS, {})) {
    if (++count % 10_000 === 0) {
      const all = [process.pid, ...readers()].reduce((sum, pid) => sum + resident(pid), 0);
      most = Math.max(most, all - before);
    }
    last = row;
  }
  expect(last).toEqual({ to: '+33610199999', prenom: 'Prénom 199999', ville: 'Ville numéro 499' });
  expect(count).toBe(200_000);
  expect(most / 1024).toBeLessThan(300);
  expect(readers()).toEqual([]);
}, 120_000);

test('archives and entities that unpack without end, and other files, are refused by name', async () => {
  const bomb = archive({ 'xl/worksheets/sheet1.xml': Buffer.alloc(600 * 1_048_576) });
  expect(bomb.length).toBeLessThan(1_000_000);
  expect(await refusal(read(inPieces(bomb, 65_536), 'xlsx'))).toEqual(['list-bomb']);
  const entities = Buffer.from(
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>',
  );
  expect(await refusal(read(inPieces(archive({ 'xl/worksheets/sheet1.xml': entities }), 512), 'xlsx'))).toEqual([
    'list-entities',
  ]);
  expect(await refusal(read(inPieces(Buffer.from('PK and nothing more')), 'xlsx'))).toEqual(['list-not-xlsx']);
  expect(await refusal(read(inPieces(archive({ 'a.txt': Buffer.from('hello') })), 'xlsx'))).toEqual(['list-not-xlsx']);
}, 60_000);

test('a workbook that fills its reader’s memory ends that process alone, and is refused', async () => {
  const xml = (content: string): Buffer => Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${content}`);
  const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const packaged = 'http://schemas.openxmlformats.org/package/2006';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const strings = Array.from({ length: 4_000_000 }, (_, n) => `<si><t>${n} client</t></si>`).join('');
  const zip = archive({
    '[Content_Types].xml': xml(
      `<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="${types}.sharedStrings+xml"/></Types>`,
    ),
    '_rels/.rels': xml(
      `<Relationships xmlns="${packaged}/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    'xl/workbook.xml': xml(
      `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': xml(
      `<Relationships xmlns="${packaged}/relationships"><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    ),
    'xl/sharedStrings.xml': xml(`<sst xmlns="${main}">${strings}</sst>`),
    'xl/worksheets/sheet1.xml': xml(
      `<worksheet xmlns="${main}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`,
    ),
  });
  expect(await refusal(read(inPieces(zip, 65_536), 'xlsx'))).toEqual(['list-bomb']);
}, 120_000);

test('contacts come by workbook or French CSV; a number that Excel rounded is refused by row', async () => {
  await using api = await startApi();
  const shop = await anAccount(api);
  const send = (raw: string | Uint8Array<ArrayBuffer>, type: string, query = '') =>
    api.call('POST', `/v1/contacts/import${query}`, { key: shop.key, raw, headers: { 'content-type': type } });
  const csv = Buffer.from('sep=;\r\nTéléphone;Prénom;Nom\r\n06 12 00 00 01;Zoé;Noël\r\n', 'latin1');
  expect(await send(new Uint8Array(csv), 'text/csv')).toMatchObject({ status: 200, body: { added: 1 } });
  const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  const made = workbook([
    ['GSM du client', 'Prénom'],
    [612000002, 'Léa'],
  ]);
  const rows = new Uint8Array(await new Response(made).arrayBuffer());
  expect(await send(rows, xlsx, '?phoneColumn=GSM%20du%20client&tag=caf%C3%A9')).toMatchObject({
    status: 200,
    body: { added: 1 },
  });
  const { items } = (await shop.call('GET', '/contacts')).body;
  expect(items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ phone: '+33612000001', firstName: 'Zoé', lastName: 'Noël' }),
      expect.objectContaining({ phone: '+33612000002', firstName: 'Léa', tags: ['café'] }),
    ]),
  );
  const rounded = await send('portable;nom\n0612000003;Max\n6,12346E+08;Rose\n', 'text/csv');
  expect(rounded).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'phone', row: 2, problem: expect.stringContaining('rounded') }] },
  });
});
