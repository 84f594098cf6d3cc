import { defineEntity, p } from '@mikro-orm/core';
import type { Facts, Fault } from '../../domain/problems/said.ts';
import { Campaign } from './campaign.ts';

/** Guessed file format. French Excel saves "CSV" as Windows-1252 and "Unicode text" as UTF-16. */
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
    columns: p.array(),
    /** Rows listed, and rows processed. */
    listed: p.integer().default(0),
    through: p.integer().default(0),
    /** Of those processed: messages, faulty rows, repeated numbers. */
    accepted: p.integer().default(0),
    invalid: p.integer().default(0),
    duplicates: p.integer().default(0),
    segments: p.integer().default(0),
    /** Why the whole list failed. */
    error: p.json<Fault>().nullable(),
    guessed: p.json<ListGuess>().nullable(),
    createdAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    /** When Temporal accepted the run; until then the sweep starts it. */
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
    /** From 1, without the header. */
    row: p.integer().primary(),
    /** As uploaded, by column. */
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
    index: p.smallint().primary(),
    field: p.text(),
    /** English text; null `code` and `facts` on faults of an earlier release. */
    problem: p.text(),
    remedy: p.text(),
    code: p.text().nullable(),
    facts: p.json<Facts>().nullable(),
  },
});
export class ListFault extends ListFaultSchema.class {}
ListFaultSchema.setClass(ListFault);
