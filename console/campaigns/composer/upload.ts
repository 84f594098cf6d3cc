import { refusalOf } from '../../api.ts';
import { isWorkbook, isZipped } from './recipients.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

type Sent = { method?: 'POST' | 'PUT'; path: string; file: File; header: string | null; progress: (part: number) => void };

/** Uploads a file with progress, which `fetch` cannot report. `header`: prepended line. */
export const upload = ({ method = 'POST', path, file, header, progress }: Sent): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader('x-requested-with', 'console');
    request.setRequestHeader('content-type', isWorkbook(file) ? XLSX : 'text/csv');
    if (isZipped(file)) request.setRequestHeader('content-encoding', 'gzip');
    request.upload.addEventListener('progress', ({ loaded, total }) => progress(total === 0 ? 0 : loaded / total));
    request.addEventListener('error', () => reject(new Error('The connection was lost')));
    request.addEventListener('load', () => {
      if (request.status === 200 || request.status === 202) resolve();
      else refusalOf({ status: request.status, text: async () => request.responseText }).then(reject, reject);
    });
    request.send(header === null ? file : new Blob([header, file]));
  });
