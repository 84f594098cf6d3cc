import { geoArea, geoCentroid, geoDistance, geoEqualEarth, geoPath, type GeoPath } from 'd3-geo';
import type { Feature, GeometryCollection, Polygon, Position } from 'geojson';
import { feature } from 'topojson-client';
import world from 'world-atlas/countries-50m.json';

export const [WIDTH, HEIGHT] = [800, 420];
const MARGIN = 24;
/** The closest that is looked: about fifty degrees from side to side, so that a country is seen among its neighbours. */
const CLOSEST = 900;
/** What takes less of the drawing, in square units, is marked by a dot. */
const SMALL = 60;
const DOT = 6;

/** Parts of France with numbers of their own, which the atlas has within France. */
const OVERSEAS: [code: string, longitude: number, latitude: number][] = [
  ['GF', -53.1, 3.9],
  ['GP', -61.5, 16.2],
  ['MQ', -61, 14.6],
  ['RE', 55.5, -21.1],
  ['YT', 45.2, -12.8],
];
/** In radians: some 350 km. */
const NEAR = 0.055;

type Lands = Map<string, Polygon[]>;
export type Drawn = { code: string | null; path: string };

/** The atlas knows countries by the digits of ISO 3166-1, which are another spelling of a region. Kosovo has none. */
function codeOf(id: string | number | undefined, name: string): string {
  if (id === undefined) return name === 'Kosovo' ? 'XK' : name;
  return new Intl.Locale(`und-${id}`).region ?? name;
}

function partOfFrance(polygon: Polygon): string {
  const at = geoCentroid(polygon);
  const near = OVERSEAS.map(([code, ...place]) => ({ code, far: geoDistance(at, place) })).toSorted((a, b) => a.far - b.far)[0];
  return near !== undefined && near.far < NEAR ? near.code : 'FR';
}

function readLands(): Lands {
  const lands: Lands = new Map();
  for (const { id, geometry, properties } of feature(world, world.objects.countries).features) {
    const code = codeOf(id, properties.name);
    const polygons: Position[][][] =
      geometry.type === 'MultiPolygon' ? geometry.coordinates : geometry.type === 'Polygon' ? [geometry.coordinates] : [];
    for (const coordinates of polygons) {
      const polygon: Polygon = { type: 'Polygon', coordinates };
      const owner = code === 'FR' ? partOfFrance(polygon) : code;
      lands.set(owner, [...(lands.get(owner) ?? []), polygon]);
    }
  }
  return lands;
}

let read: Lands | null = null;

const together = (geometries: Polygon[]): GeometryCollection => ({ type: 'GeometryCollection', geometries });
/** A country is looked for where most of it is: the islands of one would show the whole world. */
const mainOf = (polygons: Polygon[]): Polygon[] => polygons.toSorted((a, b) => geoArea(b) - geoArea(a)).slice(0, 1);

/** Looks at what is there of the countries that are asked for, no closer than is of use. */
function lookAt(polygons: Polygon[]): GeoPath {
  const projection = geoEqualEarth();
  const whole: Feature = { type: 'Feature', properties: {}, geometry: together(polygons) };
  const box: [[number, number], [number, number]] = [
    [MARGIN, MARGIN],
    [WIDTH - MARGIN, HEIGHT - MARGIN],
  ];
  if (polygons.length === 0) projection.fitExtent(box, { type: 'Sphere' });
  else projection.fitExtent(box, whole);
  if (projection.scale() > CLOSEST) {
    const middle = projection.invert?.([WIDTH / 2, HEIGHT / 2]) ?? [0, 0];
    const [x, y] = projection.scale(CLOSEST).translate([0, 0])(middle) ?? [0, 0];
    projection.translate([WIDTH / 2 - x, HEIGHT / 2 - y]);
  }
  projection.clipExtent([
    [0, 0],
    [WIDTH, HEIGHT],
  ]);
  return geoPath(projection).digits(1);
}

const dot = ([x, y]: [number, number]): string =>
  `M${(x - DOT).toFixed(1)},${y.toFixed(1)}a${DOT},${DOT} 0 1,0 ${2 * DOT},0a${DOT},${DOT} 0 1,0 ${-2 * DOT},0Z`;

/** The world around these countries: the others first, so that dots lie on top. `missing`: countries the atlas does not have. */
export function drawWorld(codes: readonly string[]): { drawn: Drawn[]; missing: string[] } {
  read ??= readLands();
  const lands = read;
  const shown = codes.filter((code) => lands.has(code));
  const path = lookAt(shown.flatMap((code) => mainOf(lands.get(code) ?? [])));
  const others = [...lands].filter(([code]) => !shown.includes(code)).flatMap(([, polygons]) => polygons);
  const figures = shown.map((code) => {
    const land = together(lands.get(code) ?? []);
    const small = path.area(land) < SMALL;
    return { code, small, path: small ? dot(path.centroid(land)) : (path(land) ?? '') };
  });
  return {
    drawn: [
      { code: null, path: path(together(others)) ?? '' },
      ...figures.toSorted((a, b) => Number(a.small) - Number(b.small)).map((each) => ({ code: each.code, path: each.path })),
    ],
    missing: codes.filter((code) => !lands.has(code)),
  };
}
