// One phone: its owner, their chat with the account, and what they can do.

import { shown, timeBefore } from "./bubbles.js";
import { Composer } from "./composer.js";
import { townNow } from "./clock.js";
import { clock, h, ICONS, s } from "./dom.js";
import { quickAnswers } from "./quick.js";
import * as sheets from "./sheets.js";
import { act, emblem, sendPicture, sendSound, wecomPage } from "./wire.js";

const NEW = "+new";

export class Phone {
  constructor(role, town) {
    Object.assign(this, { role, town });
    this.unread = new Map();
    this.touched = false; // until a visitor uses this phone, it shows the person who gets a message
    this.build();
    const first = this.people[0];
    if (first) this.show(first.openid);
  }

  get people() { return this.town.peopleOf(this.role); }

  build() {
    this.picker = h("select", { "aria-label": `${this.role.name}是谁`, onchange: () => this.pick() });
    this.chat = h("div", { class: "chat", role: "log", "aria-live": "polite", tabindex: 0, "aria-label": `${this.role.name}的聊天` });
    this.banner = h("button", { type: "button", class: "banner", hidden: true, onclick: () => this.pick(this.waiting) });
    this.composer = new Composer(this.acts());
    this.composer.setMenu(this.town.menu);
    new ResizeObserver(() => this.scroll()).observe(this.chat); // the drawer must not cover the newest line
    this.time = h("span", null, clock(townNow()));
    this.device = h("div", { class: "device" }, h("div", { class: "status" }, this.time, battery()), this.titlebar(), this.banner, this.chat, this.composer.element);
    const role = h("span", { class: "role" }, this.role.name);
    this.swap = h("button", { type: "button", class: "swap", hidden: true, onclick: () => this.showWecom(this.wecom.hidden) });
    this.wecom = h("iframe", { class: "second", hidden: true, title: "企业微信" });
    const whose = h("div", { class: "whose" }, role, this.picker, this.swap);
    this.element = h("section", { class: "person", "data-role": this.role.key, "aria-label": this.role.name }, whose, this.device, this.wecom, this.tries());
  }

  titlebar() {
    const more = h("button", { type: "button", "aria-label": "公众号资料", onclick: () => this.openProfile() }, ICONS.more());
    return h("div", { class: "titlebar" }, h("span", { class: "back" }, ICONS.back()), h("b", null, this.town.account), more);
  }

  tries() {
    const sentences = this.town.samples[this.role.key] ?? [];
    const chips = sentences.map((text) => h("li", null, h("button", { type: "button", onclick: () => this.say(text) }, text)));
    this.quota = h("span", { class: "quota", title: "公众号还能主动发给这个人的消息：写一句话开 48 小时、5 条，点菜单、扫码、关注开 1 分钟、3 条" });
    return h("div", { class: "tries" }, h("h3", null, sentences.length ? "试一试" : "", this.quota), h("ul", null, chips));
  }

  // What the account may still send to this person of itself.
  showQuota() {
    const { left = 0, until = 0, notices = 0 } = this.town.quotas[this.openid] ?? {};
    const open = until > townNow();
    const custom = open ? `还能发 ${left} 条，到 ${clock(until)}` : "窗口没开，只能发模板";
    this.quota.textContent = notices ? `${custom}；订阅 ${notices} 次` : custom;
    this.quota.classList.toggle("none", !open || !left);
  }

  // The second phone of those who are in WeCom, too.
  showWecom(yes) {
    const user = this.town.person(this.openid)?.wecom;
    this.wecom.hidden = !(yes && user);
    this.device.hidden = !this.wecom.hidden;
    this.swap.hidden = !user;
    this.swap.textContent = this.wecom.hidden ? "看企业微信" : "看微信";
    const source = `${wecomPage}?user=${encodeURIComponent(user ?? "")}`;
    if (!this.wecom.hidden && this.wecom.getAttribute("src") !== source) this.wecom.src = source;
  }

  acts() {
    return {
      say: (text) => this.say(text),
      photo: () => sheets.takePhoto(this.device, (png) => this.doing(sendPicture(this.openid, png))),
      upload: (file) => this.doing(sendPicture(this.openid, file)),
      voice: () => sheets.record(
        this.device,
        (seconds, recognition) => this.wish("voice", { seconds, recognition }),
        (sound) => this.doing(sendSound(this.openid, sound)),
      ),
      place: () => sheets.choosePlace(this.device, this.town.places, (spot) => this.wish("location", spot)),
      menu: (button) => this.tapMenu(button),
    };
  }

  say(text, menuId = "") { return this.wish("say", { text, menu_id: menuId }); }

  wish(name, details) { return this.doing(act(name, { openid: this.openid, ...details })); }

  async doing(request) {
    this.touched = true;
    try {
      await request;
    } catch (error) {
      sheets.toast(this.device, error.message);
    }
  }

  tapMenu(button) {
    if (button.type !== "view") return this.wish("event", { event: "click", key: button.key });
    window.open(button.url, "_blank", "noopener,noreferrer");
    return this.wish("event", { event: "view", key: button.url });
  }

  pick(openid = this.picker.value) {
    this.touched = true;
    if (openid === NEW) return this.doing(this.welcome());
    return this.show(openid);
  }

  async welcome() {
    const { openid } = await act("visitor", {});
    await this.town.meet();
    this.show(openid);
  }

  show(openid) {
    this.openid = openid;
    this.unread.delete(openid);
    this.device.querySelectorAll(".sheet, .viewer").forEach((sheet) => sheet.remove());
    this.last = null;
    this.chat.replaceChildren(h("div", { class: "hello" }, h("img", { src: emblem, alt: "" }), this.role.hello));
    for (const line of this.town.linesOf(openid)) this.append(line);
    this.refresh();
    this.showQuota();
    this.showWecom(false);
    this.showFollowing();
  }

  // A line of somebody of this role: in the chat if it is theirs, else as a hint that there is one.
  receive(line) {
    if (line.openid !== this.openid && !this.touched && !this.composer.draft) return this.show(line.openid);
    if (line.openid === this.openid) this.append(line);
    else if (line.side === "account") this.unread.set(line.openid, (this.unread.get(line.openid) ?? 0) + 1);
    return this.refresh();
  }

  append(line) {
    this.chat.querySelector(".hello, .quick")?.remove();
    const before = timeBefore(line, this.last);
    this.last = line;
    this.chat.append(...(before ? [before] : []), shown(line, this.scene()));
    if (line.side === "account") this.offer(line);
    this.chat.querySelectorAll("img").forEach((image) => { if (!image.complete) image.addEventListener("load", () => this.scroll(), { once: true }); });
    this.scroll();
  }

  scroll() { this.chat.scrollTop = this.chat.scrollHeight; }

  offer(line) {
    const answers = quickAnswers(line.body);
    if (!answers.length) return;
    const take = ({ say, begin }) => (begin ? this.composer.begin(begin) : this.say(say));
    const chips = answers.map((answer) => h("button", { type: "button", title: answer.label, onclick: () => take(answer) }, answer.label));
    this.chat.append(h("div", { class: "quick", "aria-label": "可点选的回答" }, chips));
  }

  scene() {
    const person = this.town.person(this.openid);
    return {
      name: person?.name ?? "",
      account: this.town.account,
      places: this.town.places,
      say: (text, menuId) => this.say(text, menuId),
      enlarge: (source) => sheets.enlarge(this.device, source),
    };
  }

  refresh() {
    const options = this.people.map((person) => h("option", { value: person.openid }, this.optionName(person)));
    if (this.role.key === "resident") options.push(h("option", { value: NEW }, "＋ 一位新居民"));
    this.picker.replaceChildren(...options);
    this.picker.value = this.openid ?? "";
    this.time.textContent = clock(townNow());
    this.waiting = [...this.unread.keys()].at(-1);
    this.banner.hidden = this.waiting === undefined;
    if (this.waiting) this.banner.replaceChildren(h("b", null, this.town.person(this.waiting)?.name ?? ""), ` 有 ${this.unread.get(this.waiting)} 条新消息`, h("span", null, "查看"));
  }

  optionName(person) {
    const mark = this.unread.has(person.openid) ? "● " : "";
    return mark + person.name + (person.about ? ` · ${person.about}` : "");
  }

  openProfile() {
    const person = this.town.person(this.openid);
    if (!person) return;
    sheets.profile(this.device, {
      account: this.town.account,
      following: person.following,
      scenes: this.town.scenes,
      act: (event, key) => this.wish("event", { event, key }),
    });
  }

  // Who doesn't follow sees the account's profile in place of the chat.
  showFollowing() {
    const person = this.town.person(this.openid);
    this.device.querySelectorAll(".sheet").forEach((sheet) => sheet.remove());
    if (person && !person.following) this.openProfile();
  }
}

function battery() {
  const bar = (x, height) => s("rect", { x, y: 11 - height, width: 3, height, rx: 1, fill: "currentColor" });
  return s(
    "svg",
    { viewBox: "0 0 46 12", width: 42, height: 11, "aria-hidden": "true" },
    [4, 6.5, 9, 11].map((height, index) => bar(index * 4.6, height)),
    s("rect", { x: 22.5, y: 0.8, width: 20, height: 10, rx: 3, fill: "none", stroke: "currentColor", "stroke-opacity": 0.5 }),
    s("rect", { x: 24.3, y: 2.6, width: 13, height: 6.4, rx: 1.6, fill: "currentColor" }),
  );
}
