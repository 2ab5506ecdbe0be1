// Five steps through the life of one report; each can be done by hand or by the button.

import { h } from "./dom.js";

const STEPS = [
  { phone: "resident", title: "居民说一句话", words: "不用填表，不用选类别：小区、楼号、什么事，一句话说清就登记。", say: "德尚小区3号楼电梯又坏了" },
  { phone: "property_staff", title: "物业马上收到", words: "按小区的管理形式和权属表派到德尚物业，回一个“接”就签收，居民同时知道有人接了。", say: "接" },
  { phone: "property_staff", title: "修好了说一声", words: "写清做了什么，系统拿去问居民，自己说了不算。", say: "结 换了门机皮带，试运行正常" },
  { phone: "resident", title: "居民说了算", words: "回 1 才算解决；没解决就重办，第二次自动上报一级。", say: "1" },
  { phone: "supervisor", title: "督导一眼看清", words: "点开链接：地图、趋势、卡在哪里，每个数字都能点到是哪些工单。也可以直接问“上周哪个小区停车的诉求最多”。", say: "看板" },
];

export class Tour {
  constructor(phones, choose) {
    Object.assign(this, { phones, choose });
    this.title = h("b");
    this.words = h("p");
    this.count = h("small");
    this.doing = h("button", { type: "button", class: "do", onclick: () => this.act() }, "替我发");
    this.next = h("button", { type: "button", onclick: () => this.go(this.at + 1) }, "下一步");
    const close = h("button", { type: "button", "aria-label": "结束导览", class: "close", onclick: () => this.end() }, "×");
    this.card = h("aside", { class: "tour", role: "dialog", "aria-label": "导览", hidden: true }, this.count, this.title, close, this.words, h("div", null, this.doing, this.next));
    document.body.append(this.card);
  }

  get step() { return STEPS[this.at]; }

  get phone() { return this.phones.find((phone) => phone.role.key === this.step.phone); }

  begin() { this.go(0); }

  go(at) {
    this.mark(null);
    if (at >= STEPS.length) return this.end();
    this.at = at;
    this.count.textContent = `${at + 1}/${STEPS.length} ${this.phone.role.name}`;
    this.title.textContent = this.step.title;
    this.words.textContent = this.step.words;
    this.doing.textContent = `替我发“${this.step.say}”`;
    this.doing.disabled = false;
    this.next.textContent = at + 1 < STEPS.length ? "下一步" : "看完了";
    this.card.hidden = false;
    this.mark(this.phone);
    return this.choose(this.phone);
  }

  async act() {
    this.doing.disabled = true;
    await this.phone.say(this.step.say);
  }

  mark(chosen) { this.phones.forEach((phone) => phone.element.classList.toggle("toured", phone === chosen)); }

  end() {
    this.mark(null);
    this.card.hidden = true;
  }
}
