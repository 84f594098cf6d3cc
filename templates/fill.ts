/** A place in a page that `fill` fills in. No page of ours holds such brackets otherwise. */
export const slot = (name: string): string => `⟦${name}⟧`;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' };
/** As React writes a text, inside an element as well as in an attribute. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (each) => ESCAPES[each] ?? each);

/** A page that was rendered once with slots, to be filled in with HTML. What is filled in is never looked at again. */
export function fillable(page: string): (values: Record<string, string>) => string {
  const parts = page.split(/⟦(\w+)⟧/);
  return (values) => parts.map((part, index) => (index % 2 === 0 ? part : (values[part] ?? ''))).join('');
}
