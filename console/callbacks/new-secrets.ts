/** Fresh secrets by endpoint id, shown until its page is left and stored nowhere. */
export const newSecrets = new Map<string, string>();
