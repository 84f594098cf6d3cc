/** A placeholder for `fillable`. */
export const slot = (name: string): string => `⟦${name}⟧`;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' };
/** The same escapes as React, for text and attributes. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (each) => ESCAPES[each] ?? each);

/** A page rendered once with slots, to be filled in with HTML. */
export function fillable(page: string): (values: Record<string, string>) => string {
  const parts = page.split(/⟦(\w+)⟧/);
  return (values) => parts.map((part, index) => (index % 2 === 0 ? part : (values[part] ?? ''))).join('');
}
