// Elements without markup: a resident's words become text nodes and can't become anything else.

const SVG = "http://www.w3.org/2000/svg";

function filled(node, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export function h(tag, properties, ...children) {
  return filled(document.createElement(tag), properties, children);
}

export function s(tag, properties, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

export function icon(...paths) {
  return s(
    "svg",
    { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" },
    paths.map((d) => s("path", { d })),
  );
}

export const ICONS = {
  back: () => icon("M15 5l-7 7 7 7"),
  more: () => icon("M5.5 12h.01M12 12h.01M18.5 12h.01"),
  plus: () => icon("M12 3.2a8.8 8.8 0 1 0 0 17.6 8.8 8.8 0 0 0 0-17.6M12 8v8M8 12h8"),
  voice: () => icon("M12 3.2a8.8 8.8 0 1 0 0 17.6 8.8 8.8 0 0 0 0-17.6M9.3 10.4a3 3 0 0 1 0 3.2M11.7 8.8a6 6 0 0 1 0 6.4M14.1 7.4a9 9 0 0 1 0 9.2"),
  menu: () => icon("M5 7h14M5 12h14M5 17h9"),
  keyboard: () => icon("M4 6.5h16v11H4zM7 9.8h.01M10.3 9.8h.01M13.7 9.8h.01M17 9.8h.01M8.5 14h7"),
  camera: () => icon("M4 8h3.2l1.6-2.4h6.4L16.8 8H20v11H4zM12 10a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8"),
  picture: () => icon("M4 5h16v14H4zM4 16l4.6-4.4 3.6 3.4 3-2.6L20 16.6M15.5 9.2h.01"),
  microphone: () => icon("M12 4a2.6 2.6 0 0 0-2.6 2.6v4.8a2.6 2.6 0 0 0 5.2 0V6.6A2.6 2.6 0 0 0 12 4M6.5 11.2a5.5 5.5 0 0 0 11 0M12 16.8V20"),
  pin: () => icon("M12 21s6.5-5.6 6.5-10.8a6.5 6.5 0 0 0-13 0C5.5 15.4 12 21 12 21M12 8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4"),
};

const FACES = ["#5b7f95", "#8a6f9b", "#a0785a", "#5f8d76", "#9a6a6a", "#6f7fa8", "#7d8a4f", "#4f8a8a"];

export function face(name) {
  const sum = [...name].reduce((total, letter) => total + letter.codePointAt(0), 0);
  const letter = [...name].find((one) => /[\p{L}\p{N}]/u.test(one)) ?? "人";
  return s(
    "svg",
    { viewBox: "0 0 36 36", role: "img", "aria-label": name },
    s("rect", { width: 36, height: 36, fill: FACES[sum % FACES.length] }),
    s("text", { x: 18, y: 24, "text-anchor": "middle", "font-size": 17, fill: "#fff" }, letter),
  );
}

const ZONE = { timeZone: "Asia/Shanghai" }; // the town's, wherever the visitor's browser is
const TIME = new Intl.DateTimeFormat("zh-CN", { ...ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("zh-CN", { ...ZONE, month: "long", day: "numeric" });

export function clock(seconds) {
  const at = new Date(seconds * 1000);
  const time = TIME.format(at);
  return DAY.format(at) === DAY.format(new Date()) ? time : `${DAY.format(at)} ${time}`;
}
