/** Of a span. Never a phone number, a text, a secret or an address of a customer's. */
export type SpanAttributes = Record<string, string | number>;

/** Tells a collector of traces what this process does, where one is set. */
export type Tracing = {
  /**
   * Does the work as a step of the trace under way, or of the one that `from` names (a `traceparent`), or of a new one. `set` adds
   * what is known only later.
   */
  span<T>(
    name: string,
    attributes: SpanAttributes,
    work: (set: (more: SpanAttributes) => void) => Promise<T>,
    from?: string,
  ): Promise<T>;
  /** Has whoever is called go on with the trace under way: no header where there is none. */
  headers(): { traceparent?: string };
};

/** Where no collector is set. */
export const noTracing: Tracing = { span: (_name, _attributes, work) => work(() => {}), headers: () => ({}) };
