/** The lines that a page or a reply in it has or has not. */
export type PageShape = { locale: 'fr' | 'en'; linked: boolean; leavable: boolean; answerable: boolean };
export type CardShape = { locale: 'fr' | 'en'; campaign: boolean; optOut: boolean; partial: boolean };
