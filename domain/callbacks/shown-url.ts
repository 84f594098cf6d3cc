/** An address as screens show it: receivers that verify no signature carry a secret in their query. */
export const shownUrl = (url: string): string => url.replace(/\?.*$/s, '?…');
