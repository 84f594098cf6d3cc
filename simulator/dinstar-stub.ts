export type DinstarGateway = AsyncDisposable & { url: string; receive(sms: unknown): void; advanceClock(ms: number): void; reset(): void; now(): Date };
export const startDinstar = async (_: unknown): Promise<DinstarGateway> => ({ url: 'http://127.0.0.1:1', receive() {}, advanceClock() {}, reset() {}, now: () => new Date(), async [Symbol.asyncDispose]() {} });
