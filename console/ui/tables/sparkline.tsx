const [WIDTH, HEIGHT] = [120, 28];

/** Shares (0 to 1) over time as a line; its meaning is beside it. */
export function Sparkline({ values }: { values: readonly number[] }) {
  if (values.length < 2) return null;
  const points = values.map((value, index) => `${(index * WIDTH) / (values.length - 1)},${2 + (1 - value) * (HEIGHT - 4)}`);
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
