/** Results that prove a mail's domain (RFC 8601). */
const PROVES: Record<string, RegExp> = {
  dmarc: /\bheader\.from=["<]?(?:[^\s;"]*@)?([a-z0-9.-]+)/i,
  dkim: /\bheader\.[di]=["<]?(?:[^\s;"]*@)?([a-z0-9.-]+)/i,
  spf: /\bsmtp\.mailfrom=["<]?(?:[^\s;"]*@)?([a-z0-9.-]+)/i,
};

/** Comments may nest, and may imitate a result. */
function withoutComments(text: string): string {
  let depth = 0;
  let kept = '';
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')' && depth > 0) depth--;
    else if (depth === 0) kept += character;
  }
  return kept;
}

const aligned = (one: string, other: string): boolean =>
  one === other || (other.includes('.') && one.endsWith(`.${other}`)) || (one.includes('.') && other.endsWith(`.${one}`));

/**
 * Whether that relay confirms `domain`: DMARC, or DKIM or SPF for it, its parent or a subdomain. Only the relay's topmost header
 * counts: a sender may forge others below.
 */
export function provenBy(relay: string, headers: string[], domain: string): boolean {
  const ours = headers
    .map(withoutComments)
    .find((header) => header.split(';')[0]?.trim().split(/\s+/)[0]?.toLowerCase() === relay.toLowerCase());
  return (ours?.split(';').slice(1) ?? []).some((result) => {
    const [, method, outcome] = /^\s*([a-z]+)(?:\/\d+)?\s*=\s*([a-z]+)/i.exec(result) ?? [];
    if (outcome?.toLowerCase() !== 'pass') return false;
    const of = PROVES[method?.toLowerCase() ?? '']?.exec(result)?.[1]?.toLowerCase();
    return of !== undefined && aligned(of, domain.toLowerCase());
  });
}
