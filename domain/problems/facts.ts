/** A sentence within a sentence; see said.ts. */
type Inner = { say: string; facts?: Facts };
export type Value = string | number | Inner | readonly (string | number | Inner)[];
export type Facts = Readonly<Record<string, Value>>;

type Bare<N extends string> = N extends `${string}"${string}`
  ? never
  : N extends `${infer X}|${string}`
    ? X
    : N extends `${infer X}:${string}`
      ? X
      : N;
/** The names of a template's holes; double braces are text. */
type Names<S extends string> = S extends `${infer A}{{${string}}}${infer C}`
  ? Names<A> | Names<C>
  : S extends `${string}{${infer N}}${infer R}`
    ? Bare<N> | Names<R>
    : never;

/** The facts as last argument, if the template has any. */
export type FactsOf<S extends string> = [Names<S>] extends [never] ? [] : [facts: Readonly<Record<Names<S>, Value>>];
