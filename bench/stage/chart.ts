import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';

// Draws docs/performance.svg: each line's latest figure as a share of its goal, from bench/results/figures.ndjson,
// on Temporal's development server.

const Run = z.object({
  at: z.string(),
  production: z.boolean().optional(),
  figures: z.array(
    z.object({ bench: z.string(), line: z.string(), value: z.number(), unit: z.string(), aim: z.string().optional() }),
  ),
});
type Bar = { line: string; measured: string; aim: string; share: number };

const [WIDTH, LABEL, BARS, ROW] = [900, 380, 340, 30];
/** The scale ends at three times the goal; what is beyond is drawn to the end. */
const MOST = 3;

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** How a figure stands to "≥ 8,000/s" or "≤ 300 ms": 1 is the goal met, more is better. Null for words. */
function shareOf(value: number, aim: string): number | null {
  const [, sign, number = ''] = /^([≥≤])\s*([\d,.]+)/u.exec(aim) ?? [];
  const goal = Number(number.replaceAll(',', ''));
  if (!sign || !(goal > 0) || !(value > 0)) return null;
  return sign === '≥' ? value / goal : goal / value;
}

const runs = (await readFile('bench/results/figures.ndjson', 'utf8'))
  .trim()
  .split('\n')
  .map((line) => Run.parse(JSON.parse(line)))
  .filter(({ production }) => production !== true);
/** By bench: what a bench calls its lines may have changed since. */
const latest = new Map<string, Bar[]>();
for (const { figures } of runs) {
  for (const [bench, lines] of Map.groupBy(figures, (figure) => figure.bench)) {
    const bars = lines.flatMap(({ line, value, unit, aim = '' }): Bar[] => {
      const share = shareOf(value, aim);
      return share === null ? [] : [{ line, measured: `${value.toLocaleString('en')} ${unit}`.replace(' /s', '/s'), aim, share }];
    });
    latest.set(bench, bars);
  }
}
const bars = [...latest.values()].flat();

const at = (share: number): number => LABEL + (Math.min(share, MOST) / MOST) * BARS;
const rows = bars.map(({ line, measured, aim, share }, index) => {
  const y = 40 + index * ROW;
  return `<text x="${LABEL - 10}" y="${y + 15}" text-anchor="end">${escape(line)}</text>
<rect class="${share >= 1 ? 'met' : 'short'}" x="${LABEL}" y="${y}" width="${(at(share) - LABEL).toFixed(1)}" height="${ROW - 10}" rx="2"/>
<text x="${LABEL + BARS + 10}" y="${y + 15}">${escape(measured)} (${escape(aim)})</text>`;
});
const height = 50 + bars.length * ROW;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Each figure as a share of its goal">
<style>
text { font: 13px system-ui, sans-serif; fill: #1c2430; }
.met { fill: #1a7f52; } .short { fill: #b5651d; } line { stroke: #1c2430; stroke-dasharray: 3 3; }
@media (prefers-color-scheme: dark) { text { fill: #e6e9ee; } line { stroke: #e6e9ee; } .met { fill: #3fb27f; } .short { fill: #e0934a; } }
</style>
<text x="${at(1)}" y="20" text-anchor="middle">the goal</text>
${rows.join('\n')}
<line x1="${at(1)}" x2="${at(1)}" y1="28" y2="${height - 10}"/>
</svg>
`;
await writeFile('docs/performance.svg', svg);
console.log(`docs/performance.svg: ${bars.length} lines, ${bars.filter(({ share }) => share >= 1).length} at their goal`);
