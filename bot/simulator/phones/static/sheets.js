// What slides over a phone: profile, sample photos, recorder, map, a photo in full.

import { PHOTOS, asPng, drawn } from "./drawings.js";
import { h, ICONS } from "./dom.js";
import { PlaceMap } from "./placesheet.js";
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

// Escape closes what was opened last; who doesn't follow the account stays at its profile.
export function closeTopmost() {
  const open = [...document.querySelectorAll(".viewer, .sheet, .drawer:not([hidden]), .submenu:not([hidden])")].at(-1);
  if (!open) return false;
  if (open.matches(".drawer, .submenu")) open.hidden = true;
  else if (open.matches(".viewer") || !open.querySelector(".back").hidden) open.remove();
  return true;
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

export function record(device, send, sendSound) {
  const text = h("textarea", { maxlength: 300, "aria-label": "语音内容", placeholder: "说了什么（可不填）" });
  const seconds = h("input", { type: "range", min: 1, max: 60, value: 5, "aria-label": "秒数" });
  const shown = h("span", null, "5″");
  seconds.addEventListener("input", () => { shown.textContent = `${seconds.value}″`; });
  const finish = () => { close(); send(Number(seconds.value), text.value.trim()); };
  const { close } = open(
    device,
    "语音",
    "recorder",
    microphone((sound) => { close(); sendSound(sound); }),
    h("p", { class: "hint" }, "如今的微信不再附上语音识别的文字；留空就是这种情形。填写则如同旧账号，连同文字一起送达。"),
    text,
    h("div", { class: "length" }, "时长", seconds, shown),
    h("button", { type: "button", class: "primary", onclick: finish }, "发送语音"),
  );
}

// A real recording, if the browser has a microphone and may use it.
function microphone(done) {
  const hint = h("p", { class: "hint", role: "status" }, "点一下开始说话，再点一下发出去，最多 60 秒。");
  const button = h("button", { type: "button", class: "primary", onclick: toggle }, "开始录音");
  let recorder = null;

  async function toggle() {
    if (recorder) return recorder.stop();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      begin(stream);
    } catch {
      hint.textContent = "这里没有话筒，或没有允许使用；可以在下面发一段模拟的语音。";
    }
    return undefined;
  }

  function begin(stream) {
    const pieces = [];
    recorder = new MediaRecorder(stream);
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.onstop = () => {
      stream.getTracks().forEach((track) => track.stop());
      done(new Blob(pieces, { type: recorder.mimeType.split(";")[0] }));
    };
    recorder.start();
    button.textContent = "说完了，发送";
    hint.textContent = "正在录音……";
    setTimeout(() => recorder.state === "recording" && recorder.stop(), 60000);
  }

  return h("div", { class: "microphone" }, button, hint);
}

export function choosePlace(device, places, send) {
  let spot = null;
  const title = h("b", null, "点地图选择位置");
  const degrees = h("small", null, "可拖动、缩放；坐标为 GCJ-02");
  const finish = () => { close(); send(spot); };
  const button = h("button", { type: "button", class: "primary", disabled: true, onclick: finish }, "发送位置");
  const size = { width: device.clientWidth, height: device.clientHeight - 188 }; // without header and footer
  const map = new PlaceMap(size, places, (chosen) => {
    spot = chosen;
    title.textContent = spot.label || "已选位置";
    degrees.textContent = `${spot.lat.toFixed(5)}, ${spot.lng.toFixed(5)}`;
    button.disabled = false;
  });
  const { close } = open(device, "位置", "townmap", map.element, h("div", { class: "picked" }, title, degrees, button));
}

export function profile(device, { account, following, scenes, act }) {
  const run = (event, key = "") => { close(); act(event, key); };
  const button = following
    ? h("button", { type: "button", class: "plain", onclick: () => run("unsubscribe") }, "不再关注")
    : h("button", { type: "button", class: "primary", onclick: () => run("subscribe") }, "关注公众号");
  const { sheet, close } = open(
    device,
    "公众号资料",
    "profile",
    h("img", { src: emblem, alt: "" }),
    h("h3", null, account),
    h("p", null, "社区的事，说一声就有人管。报修、投诉、咨询，发消息即可，随时查看进度。"),
    button,
    scanner(scenes, (scene) => run(following ? "scan" : "subscribe", scene)),
  );
  if (!following) sheet.querySelector(".back").hidden = true;
}

// The codes on the walls of the town: scanning one follows the account, or tells it where one stands.
function scanner(scenes, scan) {
  const codes = Object.entries(scenes);
  if (!codes.length) return null;
  const list = h("select", { "aria-label": "扫码", onchange: () => scan(list.value) }, h("option", { value: "", selected: true, disabled: true }, "或扫一处的二维码……"), codes.map(([label, scene]) => h("option", { value: scene }, label)));
  return h("label", { class: "scanner" }, list);
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
