/** One currency per installation: sums and limits need no exchange rates. */
export const CURRENCY = 'EUR';

const AMOUNT = /^\d{1,7}(?:\.\d{1,6})?$/;

/** An amount ("0.045") in millionths, exactly; null when malformed. */
export function readAmount(amount: string): number | null {
  if (!AMOUNT.test(amount)) return null;
  const [whole = '0', part = ''] = amount.split('.');
  return Number(whole) * 1_000_000 + Number(part.padEnd(6, '0'));
}

/** Millionths as an amount with at least two decimals. */
export function writeAmount(micros: number): string {
  const whole = Math.floor(micros / 1_000_000);
  const part = String(micros % 1_000_000).padStart(6, '0');
  return `${whole}.${part.replace(/0{1,4}$/, '')}`;
}
