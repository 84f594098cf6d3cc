/** The entry file of a build bears a name of its own: it tells one build from another. */
const ENTRY = /<script type="module"[^>]* src="([^"]+)"/;
const own = document.querySelector('script[type="module"][src]')?.getAttribute('src') ?? '';

/** The build that is served now; null when the server does not say. */
export async function servedBuild(): Promise<string | null> {
  try {
    const response = await fetch('/', { cache: 'no-store' });
    return response.ok ? (ENTRY.exec(await response.text())?.[1] ?? null) : null;
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
