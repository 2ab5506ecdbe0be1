// The town drawn from its places: invented blocks and roads, true positions.

import { s } from "./dom.js";

const noise = (i, j) => {
  const value = Math.sin(i * 127.1 + j * 311.7) * 43758.5453;
  return value - Math.floor(value);
};

// What part of the earth a drawing shows, and how degrees become pixels there.
export class View {
  constructor({ lat, lng, span, width, height }) {
    Object.assign(this, { lat, lng, width, height });
    this.scale = Math.min(width, height) / span;
    this.squeeze = Math.cos((lat * Math.PI) / 180);
  }

  x(lng) { return this.width / 2 + (lng - this.lng) * this.squeeze * this.scale; }

  y(lat) { return this.height / 2 - (lat - this.lat) * this.scale; }

  at(x, y) {
    return {
      lat: this.lat - (y - this.height / 2) / this.scale,
      lng: this.lng + (x - this.width / 2) / this.scale / this.squeeze,
    };
  }
}

export function extent(places) {
  const lats = places.map((place) => place.lat);
  const lngs = places.map((place) => place.lng);
  if (!places.length) return { lat: 37.14, lng: 111.77, span: 0.03 };
  const lat = (Math.min(...lats) + Math.max(...lats)) / 2;
  const lng = (Math.min(...lngs) + Math.max(...lngs)) / 2;
  const wide = (Math.max(...lngs) - Math.min(...lngs)) * Math.cos((lat * Math.PI) / 180);
  return { lat, lng, span: Math.max(0.012, Math.max(...lats) - Math.min(...lats), wide) * 1.25 };
}

function blocks(view, step) {
  const corner = view.at(0, view.height);
  const far = view.at(view.width, 0);
  const drawn = [];
  for (let i = Math.floor(corner.lat / step); i * step < far.lat; i += 1) {
    for (let j = Math.floor(corner.lng / step); j * step < far.lng; j += 1) {
      drawn.push(...block(view, step, i, j));
    }
  }
  return drawn;
}

function block(view, step, i, j) {
  const chance = noise(i, j);
  const fill = chance < 0.13 ? "#cfe3bf" : chance > 0.95 ? "#bcd9ea" : chance > 0.5 ? "#ebe6da" : "#e6e1d3";
  const gap = (index) => (index % 4 === 0 ? 0.13 : 0.05);
  const [left, top] = [view.x((j + gap(j)) * step), view.y((i + 1 - gap(i + 1)) * step)];
  const [right, bottom] = [view.x((j + 1 - gap(j + 1)) * step), view.y((i + gap(i)) * step)];
  const plot = s("rect", { x: left, y: top, width: right - left, height: bottom - top, rx: 2, fill });
  return fill.startsWith("#e") ? [plot, ...houses(left, top, right - left, bottom - top, i, j)] : [plot];
}

function houses(left, top, width, height, i, j) {
  if (width < 26) return [];
  const rows = 2 + Math.round(noise(j, i) * 2);
  return Array.from({ length: rows }, (_, row) => {
    const inset = width * (0.12 + noise(i + row, j) * 0.16);
    const y = top + (height * (row + 0.28)) / rows;
    return s("rect", { x: left + inset, y, width: width - 2 * inset, height: (height / rows) * 0.42, rx: 1, fill: "#d9d2c1" });
  });
}

function river(view, whole) {
  const points = [];
  for (let x = -10; x <= view.width + 10; x += 8) {
    const { lng } = view.at(x, 0);
    const turn = ((lng - whole.lng) / whole.span) * 5;
    points.push(`${x},${view.y(whole.lat - whole.span * (0.3 + 0.07 * Math.sin(turn) + 0.03 * turn))}`);
  }
  return s("polyline", { points: points.join(" "), fill: "none", stroke: "#b3d4e8", "stroke-width": view.scale * whole.span * 0.045, "stroke-linejoin": "round" });
}

export function ground(view, whole) {
  const step = whole.span / 11;
  return [
    s("rect", { width: view.width, height: view.height, fill: "#fbf8ef" }),
    ...blocks(view, step),
    river(view, whole),
  ];
}

export function pin(x, y, size = 1) {
  return s(
    "g",
    { transform: `translate(${x} ${y}) scale(${size})`, class: "pin" },
    s("ellipse", { cx: 0, cy: 1, rx: 5, ry: 2, fill: "rgb(0 0 0 / 22%)" }),
    s("path", { d: "M0 0C-7-9-9-12-9-17a9 9 0 0 1 18 0c0 5-2 8-9 17z", fill: "#e04f3d" }),
    s("circle", { cx: 0, cy: -17, r: 3.4, fill: "#fff" }),
  );
}

// Names where there is room for them: a name that would cover another one is left out.
export function names(view, places) {
  const inside = places
    .map((place) => ({ name: place.name, x: view.x(place.lng), y: view.y(place.lat) }))
    .filter(({ x, y }) => x > 0 && y > 0 && x < view.width && y < view.height);
  const taken = inside.map(({ x, y }) => ({ left: x - 3, right: x + 3, top: y - 3, bottom: y + 3 }));
  const drawn = [];
  for (const place of inside) {
    const { x, y } = place;
    drawn.push(s("circle", { cx: x, cy: y, r: 3.6, fill: "#fff", stroke: "#3f7d62", "stroke-width": 2 }, s("title", null, place.name)));
    const half = [...place.name].length * 5.8 + 2;
    const middle = Math.min(Math.max(x, half + 4), view.width - half - 4);
    const spot = [16, -9].map((dy) => ({ left: middle - half, right: middle + half, top: y + dy - 10, bottom: y + dy + 3, dy })).find((box) => fits(box, taken));
    if (!spot) continue;
    taken.push(spot);
    drawn.push(s("text", { x: middle, y: y + spot.dy, "text-anchor": "middle", "font-size": 11, fill: "#33413a", stroke: "#fffdf6", "stroke-width": 3, "paint-order": "stroke" }, place.name));
  }
  return drawn;
}

function fits(box, taken) {
  return taken.every((other) => box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);
}

export function nearest(places, point) {
  const squeeze = Math.cos((point.lat * Math.PI) / 180);
  const far = (place) => Math.hypot(place.lat - point.lat, (place.lng - point.lng) * squeeze);
  return places.reduce((best, place) => (best === null || far(place) < far(best) ? place : best), null);
}

export function smallMap(spot, places) {
  const whole = extent(places);
  const view = new View({ ...spot, span: whole.span / 3.2, width: 214, height: 96 });
  return s("svg", { viewBox: "0 0 214 96", "aria-hidden": "true" }, ground(view, whole), pin(107, 50, 0.9));
}
