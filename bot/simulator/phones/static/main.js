// The page: one town, four phones, one stream of news.

import { h } from "./dom.js";
import { Ledger } from "./ledger.js";
import { Phone } from "./phone.js";
import { follow, world } from "./wire.js";

const ROLES = [
  { key: "resident", name: "居民", roles: ["resident"], hello: "家门口的事，说给吹哨听。\n一句话、一张照片都行。" },
  { key: "grid_staff", name: "网格员", roles: ["grid_staff"], hello: "居民一吹哨，\n派到本网格的工单会出现在这里。" },
  { key: "property_staff", name: "物业管家", roles: ["property_staff"], hello: "派给物业的工单会出现在这里，\n回复「接」「结」就能办。" },
  { key: "supervisor", name: "督导", roles: ["supervisor", "admin"], hello: "想知道什么，直接问：\n今日、超时、排行，或一句大白话。" },
];

// What the server told of the town, and all that was said in it.
class Town {
  constructor(told) {
    this.lines = new Map();
    this.learn(told);
  }

  learn(told) {
    const { account, people, places, samples, scenes, menu, mode, epoch } = told;
    Object.assign(this, { account, people, places, samples, scenes, menu, mode, epoch });
  }

  async meet() { this.learn(await world()); }

  person(openid) { return this.people.find((one) => one.openid === openid); }

  peopleOf(role) { return this.people.filter((one) => role.roles.includes(one.role)); }

  linesOf(openid) { return this.lines.get(openid) ?? []; }

  keep(line) { this.lines.set(line.openid, [...this.linesOf(line.openid), line]); }
}

function tabsFor(phones) {
  const choose = (chosen) => {
    phones.forEach((phone, index) => {
      phone.element.classList.toggle("chosen", phone === chosen);
      tabs[index].setAttribute("aria-pressed", String(phone === chosen));
    });
    tabs[phones.indexOf(chosen)].classList.remove("unread");
    chosen.scroll();
  };
  const tabs = phones.map((phone) => h("button", { type: "button", onclick: () => choose(phone) }, phone.role.name));
  document.getElementById("tabs").replaceChildren(...tabs);
  choose(phones[0]);
  return (phone) => { if (!phone.element.classList.contains("chosen")) tabs[phones.indexOf(phone)].classList.add("unread"); };
}

function newsFor(town, phones, ledger, mark) {
  const take = {
    async Line(line) {
      town.keep(line);
      if (!town.person(line.openid)) await town.meet();
      for (const phone of phones) {
        if (!phone.people.some((person) => person.openid === line.openid)) continue;
        phone.receive(line);
        if (line.side === "account" && line.at > opened) mark(phone);
      }
    },
    Exchange: (one) => ledger.add(one),
    ApiCall: (one) => ledger.add(one),
    Followed({ openid, following }) {
      const person = town.person(openid);
      if (person) person.following = following;
      phones.filter((phone) => phone.openid === openid).forEach((phone) => phone.showFollowing());
    },
    async MenuChanged() {
      await town.meet();
      phones.forEach((phone) => phone.composer.setMenu(town.menu));
    },
  };
  return async (changes) => { for (const change of changes) await take[change.type]?.(change); };
}

const opened = Date.now() / 1000; // what is older was not missed
const live = document.getElementById("live");

function connected(yes) {
  live.textContent = yes ? "实时" : "连接中断，正在重连";
  live.className = yes ? "live on" : "live off";
}

async function begin() {
  const town = new Town(await world());
  const phones = ROLES.map((role) => new Phone(role, town));
  document.getElementById("phones").replaceChildren(...phones.map((phone) => phone.element));
  const ledger = new Ledger(document.getElementById("ledger"), document.getElementById("ledger-note"), {
    sealed: town.mode !== "plain",
    nameOf: (openid) => town.person(openid)?.name ?? "",
  });
  const mark = tabsFor(phones);
  connected(true);
  setInterval(() => phones.forEach((phone) => phone.refresh()), 30_000);
  await follow(town.epoch, { news: newsFor(town, phones, ledger, mark), connected, restarted: () => location.reload() });
}

begin().catch(() => connected(false));
