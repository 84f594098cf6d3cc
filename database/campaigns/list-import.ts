import { defineEntity, p } from '@mikro-orm/core';
import type { Facts, Fault } from '../../domain/problems/said.ts';
import { Campaign } from './campaign.ts';

/** How a list was read, where nobody said. Excel in French saves "CSV" as Windows-1252 and "Unicode text" as UTF-16. */
export type ListGuess = {
  encoding?: 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be';
  separator?: string;
  phoneColumn?: string;
};
export type ImportState = 'uploading' | 'importing' | 'ready' | 'failed' | 'cancelled';

const ListImportSchema = defineEntity({
  name: 'ListImport',
  tableName: 'list_imports',
  indexes: [{ properties: ['campaign'] }],
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    campaign: () => p.manyToOne(Campaign).mapToPk(),
    state: p.text().$type<ImportState>(),
    /** The names of the list's columns, in its order; what `values` of its rows are. */
    columns: p.array(),
    /** Rows in the list, and how far it has been looked at. */
    listed: p.integer().default(0),
    through: p.integer().default(0),
    /** The results of those: messages, rows that can't be accepted, numbers that stood earlier in the list. */
    accepted: p.integer().default(0),
    invalid: p.integer().default(0),
    duplicates: p.integer().default(0),
    segments: p.integer().default(0),
    /** Why it failed as a whole. */
    error: p.json<Fault>().nullable(),
    /** How it was read, where nobody said. */
    guessed: p.json<ListGuess>().nullable(),
    createdAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    /** When Temporal accepted its run; null makes it the sweep's. */
    handedAt: p.datetime(3).nullable(),
  },
});
export class ListImport extends ListImportSchema.class {}
ListImportSchema.setClass(ListImport);

const ListRowSchema = defineEntity({
  name: 'ListRow',
  tableName: 'list_rows',
  properties: {
    importId: p.uuid().primary(),
    /** The row's place in the list, from 1, without the header. */
    row: p.integer().primary(),
    /** As it came, by column; null where the list has nothing. */
    values: p.json<Record<string, string | null>>(),
  },
});
export class ListRow extends ListRowSchema.class {}
ListRowSchema.setClass(ListRow);

const ListFaultSchema = defineEntity({
  name: 'ListFault',
  tableName: 'list_faults',
  properties: {
    importId: p.uuid().primary(),
    row: p.integer().primary(),
    /** Which of the row's faults. */
    index: p.smallint().primary(),
    field: p.text(),
    /** In English; by `code` and `facts` in any language, null on what an earlier release stored. */
    problem: p.text(),
    remedy: p.text(),
    code: p.text().nullable(),
    facts: p.json<Facts>().nullable(),
  },
});
export class ListFault extends ListFaultSchema.class {}
ListFaultSchema.setClass(ListFault);
