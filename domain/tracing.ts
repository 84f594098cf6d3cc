/** Never a phone number, a text, a secret or a customer's address. */
export type SpanAttributes = Record<string, string | number>;

/** Sends spans to a trace collector, where one is set. */
export type Tracing = {
  /**
   * Runs work in a span of the current trace, of `from` (a `traceparent`), or of a new one. `set` adds attributes known later.
   */
  span<T>(
    name: string,
    attributes: SpanAttributes,
    work: (set: (more: SpanAttributes) => void) => Promise<T>,
    from?: string,
  ): Promise<T>;
  /** Passes the current trace on; empty without one. */
  headers(): { traceparent?: string };
};

export const noTracing: Tracing = { span: (_name, _attributes, work) => work(() => {}), headers: () => ({}) };
