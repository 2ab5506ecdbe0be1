// A line of a chat as WeChat shows it.

import { clock, face, h, icon } from "./dom.js";
import { smallMap } from "./town.js";
import { emblem, pictureUrl, soundUrl } from "./wire.js";

const GAP = 300; // seconds of silence after which WeChat shows the time again
const LINK = /<a\s+href="([^"]+)"[^>]*>([\s\S]*?)<\/a>|https?:\/\/[^\s<>"'，。；！？、）】」]+/g;

export const timeBefore = (line, before) =>
  before && line.at - before.at < GAP ? null : h("div", { class: "time" }, clock(line.at));

// Drawn by what is said (`draw[kind]`), framed by who says it.
export function shown(line, scene) {
  if (line.side === "platform" || line.body.kind === "Notice") {
    return h("div", { class: line.side === "platform" ? "notice outage" : "notice", role: "status" }, line.body.text);
  }
  if (WIDE[line.body.kind]) return WIDE[line.body.kind](line.body, scene);
  const mine = line.side === "person";
  const draw = DRAW[line.body.kind] ?? unknown;
  const portrait = h("span", { class: "face" }, mine ? face(scene.name) : h("img", { src: emblem, alt: scene.account }));
  return h("div", { class: mine ? "line mine" : "line" }, portrait, draw(line.body, scene, mine));
}

const DRAW = { Words: words, Voice: voice, Picture: picture, Clip: clip, Spot: spot, Choices: choices, Link: forwarded };
const WIDE = { Card: card, Articles: articles };

function unknown() {
  return h("div", { class: "bubble" }, "[暂不支持显示此类消息]");
}

function words(body, scene, mine) {
  const label = body.by_machine ? h("small", { class: "label" }, "内容由第三方AI生成") : null;
  return h("div", { class: "bubble" }, mine ? body.text : rich(body.text, scene), label);
}

// Only the account's texts have links, as on the platform; whatever else looks like markup stays text.
function rich(text, scene) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(end, match.index), link(match, scene));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

function link([whole, href, label], scene) {
  const target = href ?? whole;
  if (/^https?:\/\//.test(target)) return outward(target, "", label ?? whole);
  const menu = /^weixin:\/\/bizmsgmenu\?(.*)$/.exec(target);
  if (!menu) return whole;
  const wanted = new URLSearchParams(menu[1].replaceAll("&amp;", "&"));
  return tap(label, () => scene.say(wanted.get("msgmenucontent") ?? label, wanted.get("msgmenuid") ?? ""));
}

const outward = (href, kind, ...children) =>
  h("a", { href, class: kind || null, target: "_blank", rel: "noopener noreferrer" }, ...children);

const tap = (label, onclick) => h("button", { type: "button", class: "tap", onclick }, label);

function choices(body, scene) {
  const items = body.items.flatMap((item) => ["\n", tap(item.content, () => scene.say(item.content, item.id))]);
  return h("div", { class: "bubble" }, body.head, items, body.tail ? `\n${body.tail}` : "");
}

function voice(body, scene, mine) {
  const waves = icon("M6 12h.01", "M9 9.500a4 4 0 0 1 0 5", "M12 7a8 8 0 0 1 0 10", "M15 4.500a12 12 0 0 1 0 15");
  [...waves.children].slice(2).forEach((wave, index) => wave.setAttribute("class", `w${index + 2}`));
  const bubble = h("button", { type: "button", class: "bubble voice", "aria-label": `语音 ${body.seconds} 秒`, onclick: play }, waves, `${body.seconds}″`);
  bubble.style.width = `${Math.min(190, 70 + body.seconds * 4)}px`;
  if (!mine || !body.recognition) return bubble;
  return h("div", { class: "with-words" }, bubble, h("div", { class: "spoken" }, body.recognition));

  function play() {
    const sound = new Audio(soundUrl(body.media_id));
    const over = () => bubble.classList.remove("playing");
    sound.addEventListener("ended", over);
    sound.addEventListener("error", over);
    bubble.classList.add("playing");
    sound.play().catch(over);
  }
}

function picture(body, scene) {
  const image = h("img", { src: pictureUrl(body.media_id), alt: "图片" });
  return h("a", { class: "photo", role: "button", tabindex: 0, onclick: () => scene.enlarge(image.src) }, image);
}

function clip(body) {
  return h("div", { class: "bubble" }, `▶ 视频 ${body.title}`);
}

function spot(body, scene) {
  const where = `${body.lat.toFixed(5)}, ${body.lng.toFixed(5)}`;
  return h("div", { class: "spot" }, h("b", null, body.label || "位置"), h("small", null, where), smallMap(body, scene.places));
}

function forwarded(body) {
  return h("div", { class: "bubble" }, outward(body.url, "", body.title), `\n${body.description}`);
}

function card(body, scene) {
  const from = h("div", { class: "from" }, h("img", { src: emblem, alt: "" }), body.subscription ? `${scene.account} · 订阅通知` : scene.account);
  const rows = body.rows.flatMap((row) => [h("dt", null, row.label), h("dd", null, row.value)]);
  const more = /^https?:\/\//.test(body.url) ? outward(body.url, "more", "查看详情") : null;
  return h("article", { class: "card" }, from, h("h4", null, body.title), h("dl", null, rows), more);
}

function articles(body) {
  const item = body.items[0];
  const inner = [h("b", null, item.title), h("span", null, item.description)];
  return /^https?:\/\//.test(item.url) ? outward(item.url, "article", ...inner) : h("div", { class: "article" }, ...inner);
}
