import { list, record, resolved, text, type Json } from '../../api/reference/json.ts';
import { shapeOf, type Shape } from './schema-shape.ts';

/** Who writes what a schema describes: programs send it, or we answer it. */
type Side = 'sent' | 'answered';

function missing(from: Iterable<string>, to: Iterable<string>): string[] {
  const there = new Set(to);
  return [...from].filter((each) => !there.has(each));
}

/** A limit that takes less than before: what was sent may now be refused. */
function narrowed(before: Json, after: Json): string[] {
  return Object.entries(after).flatMap(([limit, now]) => {
    const was = before[limit];
    const looser = typeof was === 'number' && typeof now === 'number' && (limit.startsWith('max') ? now >= was : now <= was);
    return was === now || looser ? [] : [`${limit} is now ${String(now)}`];
  });
}

/**
 * What breaks programs written for `before`: something is gone, something more must be sent, less is taken, or an answer is
 * of another kind. Additions are none, nor are further values of an answer's enum.
 */
export function breakingChanges(before: Json, after: Json): string[] {
  const compared = new Map<string, string[]>();

  function schemas(place: string, was: unknown, is: unknown, side: Side): string[] {
    const [a, b] = [shapeOf(before, was), shapeOf(after, is)];
    const kinds =
      side === 'sent'
        ? missing(a.types, b.types).map((type) => `${place} may no longer be ${type}`)
        : missing(b.types, a.types).map((type) => `${place} may now be ${type}`);
    if (a.name === '') return [...kinds, ...shapes(place, a, b, side)];
    // A component is told of once, under its own name, and may hold itself.
    const key = `${a.name} ${b.name} ${side}`;
    if (!compared.has(key)) {
      compared.set(key, []);
      compared.set(key, shapes(`${a.name} (${side})`, a, b, side));
    }
    return [...kinds, ...(compared.get(key) ?? [])];
  }

  function shapes(place: string, a: Shape, b: Shape, side: Side): string[] {
    const inside = (path: string, was: unknown, is: unknown): string[] =>
      was === undefined || is === undefined ? [] : schemas(`${place}${path}`, was, is, side);
    const fields = Object.entries(a.fields).flatMap(([name, was]) =>
      name in b.fields ? inside(`.${name}`, was, b.fields[name]) : [`${place}.${name} is gone`],
    );
    const deeper = [...fields, ...inside('[]', a.items, b.items), ...inside('.*', a.others, b.others)];
    const unmatched =
      a.options.length === 0
        ? []
        : a.options.filter((was) =>
            (b.options.length > 0 ? b.options : [{}]).every((is) => schemas(place, was, is, side).length > 0),
          );
    const lost = unmatched.map(() => `${place}: a variant is gone or has changed`);
    if (side === 'answered') {
      const absent = missing(a.required, b.required).filter((name) => name in b.fields);
      return [...absent.map((name) => `${place}.${name} may now be left out`), ...lost, ...deeper];
    }
    const values = b.values.length === 0 ? [] : a.values.length === 0 ? ['any value'] : missing(a.values, b.values);
    return [
      ...values.map((value) => `${place} no longer takes ${value}`),
      ...missing(b.required, a.required).map((name) => `${place}.${name} must now be sent`),
      ...(b.closed && !a.closed ? [`${place} no longer takes further fields`] : []),
      ...narrowed(a.limits, b.limits).map((limit) => `${place}: ${limit}`),
      ...lost,
      ...deeper,
    ];
  }

  const contents = (place: string, was: unknown, is: unknown, side: Side): string[] =>
    Object.entries(record(record(was)['content'])).flatMap(([type, media]) => {
      const now = record(record(is)['content'])[type];
      if (now === undefined) return [`${place} as ${type} is gone`];
      return schemas(place, record(media)['schema'], record(now)['schema'], side);
    });

  function parameters(place: string, was: Json, is: Json): string[] {
    const keyed = (document: Json, operation: Json) =>
      new Map(
        list(operation['parameters'])
          .map((part) => resolved(document['components'], part))
          .map((part) => [`${text(part['in'])} ${text(part['name'])}`, part]),
      );
    const [old, now] = [keyed(before, was), keyed(after, is)];
    const must = [...now].filter(([key, part]) => part['required'] === true && old.get(key)?.['required'] !== true);
    return [
      ...missing(old.keys(), now.keys()).map((key) => `${place}: ${key} is gone`),
      ...must.map(([key]) => `${place}: ${key} must now be sent`),
      ...[...old].flatMap(([key, part]) => {
        const same = now.get(key);
        return same ? schemas(`${place}: ${key}`, part['schema'], same['schema'], 'sent') : [];
      }),
    ];
  }

  function answers(place: string, was: Json, is: Json): string[] {
    const now = record(is['responses']);
    return Object.entries(record(was['responses'])).flatMap(([status, part]) => {
      if (!(status in now)) return [`${place}: ${status} is gone`];
      const [a, b] = [resolved(before['components'], part), resolved(after['components'], now[status])];
      const headers = missing(Object.keys(record(a['headers'])), Object.keys(record(b['headers'])));
      return [
        ...headers.map((name) => `${place}: ${status} ${name} is gone`),
        ...contents(`${place} ${status}`, a, b, 'answered'),
      ];
    });
  }

  const found = Object.entries(record(before['paths'])).flatMap(([path, methods]) =>
    Object.entries(record(methods)).flatMap(([method, operation]) => {
      const place = `${method.toUpperCase()} ${path}`;
      const [was, is] = [record(operation), record(record(record(after['paths'])[path])[method])];
      if (is['operationId'] === undefined) return [`${place} is gone`];
      const [sent, taken] = [record(was['requestBody']), record(is['requestBody'])];
      return [
        ...(was['operationId'] === is['operationId'] ? [] : [`${place} has another operationId`]),
        ...(taken['required'] === true && sent['required'] !== true ? [`${place}: a body must now be sent`] : []),
        ...parameters(place, was, is),
        ...contents(place, sent, taken, 'sent'),
        ...answers(place, was, is),
      ];
    }),
  );
  return [...new Set(found)];
}
