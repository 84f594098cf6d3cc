/** Files with which a build begins, by names of their own: they tell one build from another. */
const ENTRIES = /<script type="module"[^>]* src="([^"]+)"/g;
const own = [...document.querySelectorAll('script[type="module"][src]')].map((entry) => entry.getAttribute('src')).join(' ');

/** The build that is served now; null when the server does not say. */
export async function servedBuild(): Promise<string | null> {
  try {
    const response = await fetch('/', { cache: 'no-store' });
    return response.ok ? [...(await response.text()).matchAll(ENTRIES)].map(([, entry]) => entry).join(' ') || null : null;
  } catch {
    return null;
  }
}

/** Once for each build that is left: between two servers of different builds nobody goes round in circles. */
export async function reloadIfRebuilt(): Promise<void> {
  const served = await servedBuild();
  const left = `left ${own}`;
  if (served === null || served === own || sessionStorage.getItem(left) !== null) return;
  sessionStorage.setItem(left, served);
  window.location.reload();
}
