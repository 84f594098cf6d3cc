/** Hashed entry files, which identify a build. */
const ENTRIES = /<script type="module"[^>]* src="([^"]+)"/g;
const own = [...document.querySelectorAll('script[type="module"][src]')].map((entry) => entry.getAttribute('src')).join(' ');

/** The build served now; null when unknown. */
export async function servedBuild(): Promise<string | null> {
  try {
    const response = await fetch('/', { cache: 'no-store' });
    return response.ok ? [...(await response.text()).matchAll(ENTRIES)].map(([, entry]) => entry).join(' ') || null : null;
  } catch {
    return null;
  }
}

/** Reloads once a build, so that two servers of different builds cause no loop. */
export async function reloadIfRebuilt(): Promise<void> {
  const served = await servedBuild();
  const left = `left ${own}`;
  if (served === null || served === own || sessionStorage.getItem(left) !== null) return;
  sessionStorage.setItem(left, served);
  window.location.reload();
}
