const DAYS = 180;

/** RFC 9116. Made on request, so it never expires before it is read. */
export function securityTxt(contact: string, publicUrl: string | null, now: Date): string {
  const expires = new Date(now.getTime() + DAYS * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const here = publicUrl === null ? [] : [`Canonical: ${publicUrl.replace(/\/+$/, '')}/.well-known/security.txt`];
  return [`Contact: ${contact}`, `Expires: ${expires}`, 'Preferred-Languages: fr, en', ...here, ''].join('\n');
}
