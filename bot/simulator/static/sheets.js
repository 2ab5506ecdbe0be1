// What slides over a phone: profile, sample photos, recorder, map, a photo in full.

import { PHOTOS, asPng, drawn } from "./drawings.js";
import { h, ICONS, s } from "./dom.js";
import { extent, ground, names, nearest, pin, View } from "./town.js";
import { emblem } from "./wire.js";

function open(device, title, kind, ...children) {
  const close = () => sheet.remove();
  const sheet = h(
    "section",
    { class: "sheet", role: "dialog", "aria-label": title },
    h("header", null, h("button", { type: "button", class: "back", "aria-label": "返回", onclick: close }, ICONS.back()), h("b", null, title)),
    h("div", { class: `content ${kind}` }, ...children),
  );
  device.append(sheet);
  return { sheet, close };
}

export function takePhoto(device, send) {
  const tiles = PHOTOS.map((photo) => {
    const canvas = drawn(photo);
    const use = () => { close(); send(asPng(canvas)); };
    return h("button", { type: "button", onclick: use }, canvas, photo.name);
  });
  const hint = h("p", { class: "hint" }, "选一张样片，当作刚拍的照片。");
  const { close } = open(device, "拍照", "", hint, h("div", { class: "samples" }, tiles));
}

export function record(device, send) {
  const text = h("textarea", { maxlength: 300, "aria-label": "语音内容", placeholder: "说了什么（可不填）" });
  const seconds = h("input", { type: "range", min: 1, max: 60, value: 5, "aria-label": "秒数" });
  const shown = h("span", null, "5″");
  seconds.addEventListener("input", () => { shown.textContent = `${seconds.value}″`; });
  const finish = () => { close(); send(Number(seconds.value), text.value.trim()); };
  const { close } = open(
    device,
    "语音",
    "recorder",
    h("p", { class: "hint" }, "如今的微信不再附上语音识别的文字；留空就是这种情形。填写则如同旧账号，连同文字一起送达。"),
    text,
    h("div", { class: "length" }, "时长", seconds, shown),
    h("button", { type: "button", class: "primary", onclick: finish }, "发送语音"),
  );
}

export function choosePlace(device, places, send) {
  const whole = extent(places);
  const [width, height] = [device.clientWidth, device.clientHeight - 188]; // without the header and the chosen place
  const view = new View({ ...whole, width, height });
  let chosen = null;
  const title = h("b", null, "点地图选择位置");
  const degrees = h("small", null, "坐标为 GCJ-02");
  const finish = () => { close(); send(chosen); };
  const button = h("button", { type: "button", class: "primary", disabled: true, onclick: finish }, "发送位置");
  const marks = s("g", null);
  const map = s("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "xMidYMid slice", role: "img", "aria-label": "城区地图" }, ground(view, whole), names(view, places), marks);
  map.addEventListener("click", (event) => choose(pointed(event)));
  const { close } = open(device, "位置", "townmap", map, h("div", { class: "picked" }, title, degrees, button));

  function pointed(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    return view.at(point.x, point.y);
  }

  function choose(point) {
    const near = nearest(places, point);
    const close = near !== null && Math.hypot(view.x(near.lng) - view.x(point.lng), view.y(near.lat) - view.y(point.lat)) < 14;
    chosen = close ? { lat: near.lat, lng: near.lng, label: near.name } : { ...point, label: near === null ? "" : `${near.name}附近` };
    marks.replaceChildren(pin(view.x(chosen.lng), view.y(chosen.lat)));
    title.textContent = chosen.label || "已选位置";
    degrees.textContent = `${chosen.lat.toFixed(5)}, ${chosen.lng.toFixed(5)}`;
    button.disabled = false;
  }
}

export function profile(device, { account, following, scenes, act }) {
  const run = (event, key = "") => () => { close(); act(event, key); };
  const codes = Object.entries(scenes).map(([label, scene]) => h("button", { type: "button", onclick: run(following ? "scan" : "subscribe", scene) }, `扫码：${label}`));
  const button = following
    ? h("button", { type: "button", class: "plain", onclick: run("unsubscribe") }, "不再关注")
    : h("button", { type: "button", class: "primary", onclick: run("subscribe") }, "关注公众号");
  const { sheet, close } = open(
    device,
    "公众号资料",
    "profile",
    h("img", { src: emblem, alt: "" }),
    h("h3", null, account),
    h("p", null, "社区的事，说一声就有人管。报修、投诉、咨询，发消息即可，随时查看进度。"),
    codes.length ? h("div", { class: "scenes" }, codes) : null,
    button,
  );
  if (!following) sheet.querySelector(".back").hidden = true;
  return sheet;
}

export function enlarge(device, source) {
  const viewer = h("button", { type: "button", class: "viewer", "aria-label": "关闭图片", onclick: () => viewer.remove() }, h("img", { src: source, alt: "图片" }));
  device.append(viewer);
}

export function toast(device, text) {
  const note = h("div", { class: "toast", role: "alert" }, text);
  device.append(note);
  setTimeout(() => note.remove(), 2600);
}
