import { isWorkbook, isZipped, textOf } from './recipients.ts';

/** Three quarters of a draft's limit (base64): a million rows, compressed. */
const MOST_BYTES = 15_000_000;
/** Below this a file is stored as text, from which erasure can remove a line. */
const SHORT_BYTES = 2_000_000;
const IN_BASE64 = /^data:[\w/-]*;base64,/;

const isSqueezed = (file: File): boolean => isZipped(file) || isWorkbook(file);

/** A file as stored with its draft: text, or compressed in base64; null when too large. */
export async function keptFile(file: File): Promise<string | null> {
  if (file.size <= SHORT_BYTES && !isSqueezed(file)) return textOf(new Uint8Array(await file.arrayBuffer()));
  const bytes = isSqueezed(file) ? file : await new Response(file.stream().pipeThrough(new CompressionStream('gzip'))).blob();
  if (bytes.size > MOST_BYTES) return null;
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : null));
    reader.addEventListener('error', () => reject(new Error('The file could not be read')));
    reader.readAsDataURL(bytes);
  });
}

/** The stored file again. */
export async function fileAgain(kept: string, name: string): Promise<File> {
  if (!IN_BASE64.test(kept)) return new File([kept], name);
  const bytes = Uint8Array.from(atob(kept.replace(IN_BASE64, '')), (letter) => letter.charCodeAt(0));
  const file = new File([bytes], name);
  if (isSqueezed(file)) return file;
  return new File([await new Response(file.stream().pipeThrough(new DecompressionStream('gzip'))).blob()], name);
}
