// Choosing a place: a map to drag and zoom, as in the phone's own.

import { h, s } from "./dom.js";
import { extent, ground, names, nearest, pin, View } from "./town.js";

const STEP = 1.6;
const SLACK = 5; // pixels that a finger may slip and still mean a tap
const REACH = 14; // pixels within which a tap means the place, not the spot beside it

export class PlaceMap {
  // `chosen` is called with {lat, lng, label} at every tap.
  constructor({ width, height }, places, chosen) {
    Object.assign(this, { width, height, places, chosen });
    this.whole = extent(places);
    this.centre = { ...this.whole };
    this.zoom = 0;
    this.spot = null;
    this.map = s("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "xMidYMid slice", role: "img", "aria-label": "城区地图" });
    this.listen();
    this.element = h("div", { class: "map" }, this.map, h("div", { class: "zoom" }, this.button("放大", "＋", 1), this.button("缩小", "－", -1)));
    this.draw();
  }

  button(label, sign, by) {
    return h("button", { type: "button", "aria-label": label, onclick: () => this.zoomBy(by) }, sign);
  }

  listen() {
    this.map.addEventListener("pointerdown", (event) => this.grab(event));
    this.map.addEventListener("pointermove", (event) => this.drag(event));
    this.map.addEventListener("pointerup", (event) => this.drop(event));
    this.map.addEventListener("wheel", (event) => { event.preventDefault(); this.zoomBy(event.deltaY < 0 ? 1 : -1); }, { passive: false });
  }

  zoomBy(by) {
    this.zoom = Math.min(5, Math.max(0, this.zoom + by));
    this.draw();
  }

  draw() {
    const { width, height, whole } = this;
    this.view = new View({ ...this.centre, span: whole.span / STEP ** this.zoom, width, height });
    const marks = this.spot ? [pin(this.view.x(this.spot.lng), this.view.y(this.spot.lat))] : [];
    this.map.replaceChildren(...ground(this.view, whole), ...names(this.view, this.places), ...marks);
  }

  point(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.map.getScreenCTM().inverse());
  }

  grab(event) {
    this.held = { at: this.point(event), centre: this.centre, slipped: false };
    this.map.setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.held) return;
    const now = this.point(event);
    const [dx, dy] = [now.x - this.held.at.x, now.y - this.held.at.y];
    this.held.slipped ||= Math.hypot(dx, dy) > SLACK;
    if (!this.held.slipped) return;
    const { lat, lng } = this.held.centre;
    this.centre = { lat: lat + dy / this.view.scale, lng: lng - dx / this.view.scale / this.view.squeeze };
    this.draw();
  }

  drop(event) {
    if (this.held && !this.held.slipped) this.choose(this.point(event));
    this.held = null;
  }

  choose({ x, y }) {
    const { view } = this;
    const spot = view.at(x, y);
    const near = nearest(this.places, spot);
    const hit = near && Math.hypot(view.x(near.lng) - x, view.y(near.lat) - y) < REACH;
    this.spot = hit ? { lat: near.lat, lng: near.lng, label: near.name } : { ...spot, label: near ? `${near.name}附近` : "" };
    this.draw();
    this.chosen(this.spot);
  }
}
