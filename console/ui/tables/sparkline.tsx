/** Shares (0 to 1) over time as a line; its meaning is beside it. */
export function Sparkline({ values, small = false }: { values: readonly number[]; small?: boolean }) {
  const [width, height] = small ? [48, 16] : [120, 28];
  if (values.length < 2) return null;
  const points = values.map((value, index) => `${(index * width) / (values.length - 1)},${2 + (1 - value) * (height - 4)}`);
  return (
    <svg className="sparkline" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
