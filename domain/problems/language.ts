import type { Language } from './said.ts';

/** Our language preferred by Accept-Language; undefined for neither. */
export function languageOf(header: string | undefined): Language | undefined {
  const liked = (header ?? '').split(',').map((part, place) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const weight = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find((each) => each !== undefined);
    return { language: tag.split('-')[0], weight: weight === undefined ? 1 : Number(weight), place };
  });
  const [best] = liked
    .filter(({ language, weight }) => (language === 'fr' || language === 'en') && weight > 0)
    .toSorted((a, b) => b.weight - a.weight || a.place - b.place);
  return best && (best.language === 'fr' ? 'fr' : 'en');
}
