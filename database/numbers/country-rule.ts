import { defineEntity, p } from '@mikro-orm/core';
import type { CanReply } from '../../domain/numbers/country-rules.ts';
import type { RouteName } from '../../domain/sending/sender-policy.ts';
import { rows, type Sql } from '../sql.ts';

/** Whether a country's recipients can reply. Append-only: the highest version holds. */
const CountryRuleSchema = defineEntity({
  name: 'CountryRule',
  tableName: 'country_rules',
  properties: {
    country: p.text().primary(),
    route: p.text().primary().$type<RouteName>(),
    version: p.integer().primary(),
    canReply: p.text().$type<CanReply>(),
    source: p.text().nullable(),
    checkedAt: p.datetime(3).nullable(),
    note: p.text().nullable(),
    changedBy: p.text(),
    changedAt: p.datetime(3),
  },
});
export class CountryRule extends CountryRuleSchema.class {}
CountryRuleSchema.setClass(CountryRule);

export type RuleRow = {
  country: string;
  route: RouteName;
  version: number;
  canReply: CanReply;
  source: string | null;
  checkedAt: Date | null;
  note: string | null;
  changedBy: string;
  changedAt: Date;
};

const COLUMNS = `country, route, version, can_reply as "canReply", source, checked_at as "checkedAt", note, changed_by as "changedBy",
  changed_at as "changedAt"`;

/** Current rules by country, of one route or both. */
export const currentRules = (sql: Sql, route: RouteName | null, country: string | null = null): Promise<RuleRow[]> =>
  rows<RuleRow>(
    sql,
    `select distinct on (country, route) ${COLUMNS} from country_rules
     where ($1::text is null or route = $1) and ($2::text is null or country = $2) order by country, route, version desc`,
    [route, country],
  );

export const ruleHistory = (sql: Sql, country: string, route: RouteName): Promise<RuleRow[]> =>
  rows<RuleRow>(sql, `select ${COLUMNS} from country_rules where country = $1 and route = $2 order by version desc`, [
    country,
    route,
  ]);
