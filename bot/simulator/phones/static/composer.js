// The bar under a chat: writing, the account's menu, and the drawer behind ＋.

import { h, ICONS } from "./dom.js";

export class Composer {
  // `acts`: say(text), photo(), upload(file), voice(), place(), menu(button).
  constructor(acts) {
    this.acts = acts;
    this.element = h("footer", { class: "composer" });
    this.input = h("textarea", { rows: 1, maxlength: 2000, "aria-label": "输入消息", placeholder: "发消息", oninput: () => this.fit(), onkeydown: (event) => this.key(event) });
    this.file = h("input", { type: "file", accept: "image/*,.heic,.heif", hidden: true, onchange: () => this.upload() });
    this.send = h("button", { type: "button", class: "send", hidden: true, onclick: () => this.finish() }, "发送");
    this.plus = this.icon("更多", ICONS.plus(), () => { this.drawer.hidden = !this.drawer.hidden; });
    this.bar = h("div", { class: "bar" }, this.icon("菜单", ICONS.menu(), () => this.turn(true)), this.icon("语音", ICONS.voice(), () => acts.voice()), this.input, this.send, this.plus);
    this.menubar = h("div", { class: "menubar", hidden: true });
    this.drawer = this.makeDrawer();
    this.element.append(this.bar, this.menubar, this.drawer, this.file);
  }

  get draft() { return this.input.value.trim(); }

  icon(label, drawing, onclick) {
    return h("button", { type: "button", class: "icon", "aria-label": label, title: label, onclick }, drawing);
  }

  makeDrawer() {
    const tile = (label, drawing, run) => {
      const act = () => { this.drawer.hidden = true; run(); };
      return h("button", { type: "button", onclick: act }, h("span", { class: "tile" }, drawing), label);
    };
    const { acts } = this;
    return h(
      "div",
      { class: "drawer", hidden: true },
      tile("拍照", ICONS.camera(), () => acts.photo()),
      tile("图片", ICONS.picture(), () => this.file.click()),
      tile("语音", ICONS.microphone(), () => acts.voice()),
      tile("位置", ICONS.pin(), () => acts.place()),
    );
  }

  turn(toMenu) {
    this.bar.hidden = toMenu;
    this.menubar.hidden = !toMenu;
    this.drawer.hidden = true;
    if (!toMenu) this.input.focus();
  }

  setMenu(menu) {
    const slots = menu.button.map((button) => this.slot(button));
    this.menubar.replaceChildren(this.icon("键盘", ICONS.keyboard(), () => this.turn(false)), ...slots);
  }

  slot(button) {
    const below = button.sub_button ?? [];
    const slot = h("div", { class: below.length ? "slot more" : "slot" });
    const list = h("div", { class: "submenu", hidden: true }, below.map((one) => this.choice(one, () => { list.hidden = true; })));
    const press = () => {
      const folded = list.hidden;
      this.menubar.querySelectorAll(".submenu").forEach((other) => { other.hidden = true; });
      if (below.length) list.hidden = !folded;
      else this.acts.menu(button);
    };
    slot.append(h("button", { type: "button", onclick: press }, button.name), list);
    return slot;
  }

  choice(button, fold) {
    return h("button", { type: "button", onclick: () => { fold(); this.acts.menu(button); } }, button.name);
  }

  begin(words) {
    this.turn(false);
    this.input.value = words;
    this.fit();
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.finish();
  }

  fit() {
    this.send.hidden = !this.draft;
    this.plus.hidden = Boolean(this.draft);
    this.input.style.height = "36px";
    this.input.style.height = `${Math.min(96, this.input.scrollHeight)}px`;
  }

  finish() {
    const text = this.draft;
    if (!text) return;
    this.input.value = "";
    this.fit();
    this.acts.say(text);
  }

  upload() {
    const [file] = this.file.files;
    this.file.value = "";
    if (file) this.acts.upload(file);
  }
}
