/** The address without its query, which may hold a secret. */
export const shownUrl = (url: string): string => url.replace(/\?.*$/s, '?…');
