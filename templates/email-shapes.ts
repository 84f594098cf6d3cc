/** Optional lines of a page, and of a reply in it. */
export type PageShape = { locale: 'fr' | 'en'; linked: boolean; leavable: boolean; answerable: boolean };
export type CardShape = { locale: 'fr' | 'en'; campaign: boolean; optOut: boolean; partial: boolean };
