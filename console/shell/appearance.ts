/** Appearance, stored in this browser. */
const CHOICES = { theme: ['auto', 'light', 'dark'], density: ['dense', 'roomy'], rail: ['narrow', 'wide'] } as const;
type Kind = keyof typeof CHOICES;
export type Appearance<K extends Kind> = (typeof CHOICES)[K][number];

export const appearanceOf = <K extends Kind>(kind: K): Appearance<K> => {
  const [usual] = CHOICES[kind];
  return CHOICES[kind].find((each) => each === localStorage.getItem(kind)) ?? usual;
};

export function showAppearance(): void {
  for (const kind of ['theme', 'density', 'rail'] as const) document.documentElement.dataset[kind] = appearanceOf(kind);
  // Charts redraw in the new colours.
  window.dispatchEvent(new Event('appearance'));
}

export function choose<K extends Kind>(kind: K, choice: Appearance<K>): void {
  localStorage.setItem(kind, choice);
  showAppearance();
}
