import { useMemo, useRef, useState } from 'react';
import { ChartFrame, type Charted } from './chart-frame.tsx';
import { useLocale } from './locale.tsx';
import { Choice } from './parts.tsx';
import { drawWorld, HEIGHT, WIDTH } from './world.ts';

type InCountry = { country: string; messages: number; replies: number; repliers: number };
type Props = Omit<Charted<InCountry>, 'keyOf' | 'labelOf'>;
/** Counts from here on, one colour; of many messages each colour is ten times the one before. */
const FEW = [1, 2, 5];
const SOME = [1, 5, 10, 20, 50];
const MANY = [1, 10, 100, 1000, 10_000];
/** In the order of how many there are: the colours of the style sheet. */
const SHADES = 5;
const NAMED = 3;

const stepsFor = (most: number): number[] => {
  if (most < 10) return FEW.filter((step) => step <= most);
  return (most < 100 ? SOME : MANY).filter((step) => step <= most);
};
/** 0 for none, else which colour: the last step has the strongest. */
const shadeOf = (value: number, steps: number[]): number => {
  const passed = steps.filter((step) => value >= step).length;
  return passed === 0 ? 0 : SHADES - steps.length + passed;
};

/** Countries in colours by how many messages or replies there were. */
export function CountryMap({ title, rows, series, columns }: Props) {
  const { say, number, country, locale } = useLocale();
  const [chosen, choose] = useState('0');
  const box = useRef<HTMLElement>(null);
  const codes = rows.map((row) => row.country).join(' ');
  const { drawn, missing } = useMemo(() => drawWorld(codes === '' ? [] : codes.split(' ')), [codes]);
  const { name = '', value = () => 0 } = series[Number(chosen)] ?? {};
  const values = new Map(rows.map((row) => [row.country, value(row)]));
  const steps = stepsFor(Math.max(0, ...values.values()));
  const told = ([code, count]: [string, number]): string => `${country(code)} ${number(count)}`;
  const first = [...values].toSorted(([, a], [, b]) => b - a).slice(0, NAMED);
  const legend = [
    { shade: 0, label: say('mapNone') },
    ...steps.map((step, place) => {
      const next = steps[place + 1];
      const label =
        next === undefined ? `≥ ${number(step)}` : next === step + 1 ? number(step) : `${number(step)} – ${number(next - 1)}`;
      return { shade: shadeOf(step, steps), label };
    }),
  ];
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const labelOf = (row: InCountry): string => country(row.country);
  return (
    <ChartFrame
      title={title}
      rows={rows}
      keyOf={(row) => row.country}
      labelOf={labelOf}
      series={series}
      columns={columns}
      canvas={() => (box.current ? paint(box.current, `${title} : ${name}`) : null)}
    >
      <Choice
        label={say('mapShows')}
        value={chosen}
        onChange={choose}
        options={series.map((each, place) => ({ value: String(place), label: each.name }))}
      />
      <figure ref={box} className="map">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          role="img"
          aria-label={say('mapOf', { title: name, figures: first.map(told).join(', ') })}
        >
          {drawn.map(({ code, path }) => (
            <path key={code ?? ''} d={path} className={`shade-${code === null ? 0 : shadeOf(values.get(code) ?? 0, steps)}`}>
              {code === null ? null : <title>{told([code, values.get(code) ?? 0])}</title>}
            </path>
          ))}
        </svg>
        <figcaption>
          <ul className="legend" aria-hidden="true">
            {legend.map(({ shade, label }) => (
              <li key={shade}>
                <span className={`swatch shade-${shade}`} /> <span>{label}</span>
              </li>
            ))}
          </ul>
          {missing.length === 0 ? null : (
            <p className="hint">{say('mapMissing', { countries: list.format(missing.map(country)) })}</p>
          )}
        </figcaption>
      </figure>
    </ChartFrame>
  );
}

const [SCALE, LINE, SWATCH, PADDING] = [2, 22, 14, 16];

/** The map as it is seen, with its title and legend, for a file. */
function paint(figure: HTMLElement, title: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH * SCALE;
  canvas.height = (HEIGHT + 4 * LINE) * SCALE;
  const pen = canvas.getContext('2d');
  if (!pen) return canvas;
  const { color, backgroundColor, fontFamily } = getComputedStyle(figure);
  pen.scale(SCALE, SCALE);
  pen.fillStyle = backgroundColor;
  pen.fillRect(0, 0, WIDTH, HEIGHT + 4 * LINE);
  pen.font = `600 16px ${fontFamily}`;
  pen.fillStyle = color;
  pen.fillText(title, PADDING, LINE);
  pen.translate(0, 1.5 * LINE);
  for (const path of figure.querySelectorAll('path')) {
    const { fill, stroke } = getComputedStyle(path);
    const outline = new Path2D(path.getAttribute('d') ?? '');
    pen.fillStyle = fill;
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas's pen, not an array
    pen.fill(outline);
    pen.strokeStyle = stroke;
    pen.lineWidth = 0.6;
    pen.stroke(outline);
  }
  pen.translate(PADDING, HEIGHT + LINE);
  pen.font = `14px ${fontFamily}`;
  for (const item of figure.querySelectorAll('li')) {
    const [swatch, label] = item.children;
    if (!swatch || !label) continue;
    const text = label.textContent ?? '';
    pen.fillStyle = getComputedStyle(swatch).backgroundColor;
    pen.fillRect(0, 0, SWATCH, SWATCH);
    pen.strokeStyle = color;
    pen.strokeRect(0, 0, SWATCH, SWATCH);
    pen.fillStyle = color;
    pen.fillText(text, SWATCH + 6, SWATCH - 2);
    pen.translate(SWATCH + 24 + pen.measureText(text).width, 0);
  }
  return canvas;
}
