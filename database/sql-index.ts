/** An index that an entity has no other words for. `on`: the table, its columns and the condition. */
export const sqlIndex = (name: string, on: string) => ({ name, expression: `create index "${name}" on ${on}` });
export const sqlUnique = (name: string, on: string) => ({ name, expression: `create unique index "${name}" on ${on}` });
