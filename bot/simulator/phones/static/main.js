// The page: one town, four phones, one stream of news.

import { TownClock, setTownTime, townNow } from "./clock.js";
import { h } from "./dom.js";
import { Faults } from "./faults.js";
import { Ledger } from "./ledger.js";
import { Phone } from "./phone.js";
import { closeTopmost, toast } from "./sheets.js";
import { Tour } from "./tour.js";
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
    this.quotas = {};
    this.learn(told);
  }

  learn(told) {
    const { account, people, places, samples, scenes, menu, mode, epoch, now, moves, restarts, faults } = told;
    Object.assign(this, { account, people, places, samples, scenes, menu, mode, epoch, moves, restarts, faults });
    setTownTime(now);
  }

  async meet() { this.learn(await world()); }

  person(openid) { return this.people.find((one) => one.openid === openid); }

  peopleOf(role) { return this.people.filter((one) => role.roles.includes(one.role)); }

  linesOf(openid) { return this.lines.get(openid) ?? []; }

  keep(line) { this.lines.set(line.openid, [...this.linesOf(line.openid), line]); }
}

// On a telephone the phones lie side by side and are swiped; the tabs say where one is, and lead there.
function tabsFor(phones) {
  const strip = document.getElementById("phones");
  const press = (chosen) => {
    phones.forEach((phone, index) => {
      phone.element.classList.toggle("chosen", phone === chosen);
      tabs[index].setAttribute("aria-pressed", String(phone === chosen));
    });
    tabs[phones.indexOf(chosen)].classList.remove("unread");
  };
  const choose = (chosen) => {
    strip.scrollTo({ left: chosen.element.offsetLeft - strip.offsetLeft, behavior: "smooth" });
    press(chosen);
    chosen.scroll();
  };
  const tabs = phones.map((phone) => h("button", { type: "button", onclick: () => choose(phone) }, phone.role.name));
  document.getElementById("tabs").replaceChildren(...tabs);
  const nearest = () => phones.reduce((best, phone) => (away(strip, phone) < away(strip, best) ? phone : best), phones[0]);
  strip.addEventListener("scrollend", () => press(nearest()));
  press(phones[0]);
  const mark = (phone) => { if (!phone.element.classList.contains("chosen")) tabs[phones.indexOf(phone)].classList.add("unread"); };
  return { mark, choose };
}

const away = (strip, phone) => Math.abs(phone.element.offsetLeft - strip.offsetLeft - strip.scrollLeft);

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
    ClockMoved({ at }) {
      if (at <= opened) return;
      setTownTime(at);
      phones.forEach((phone) => phone.refresh());
    },
    async MenuChanged() {
      await town.meet();
      phones.forEach((phone) => phone.composer.setMenu(town.menu));
    },
  };
  return async (changes) => { for (const change of changes) await take[change.type]?.(change); };
}

let opened = 0; // what is older was not missed
const live = document.getElementById("live");

function connected(yes) {
  live.textContent = yes ? "实时" : "连接中断，正在重连";
  live.className = yes ? "live on" : "live off";
}

async function begin() {
  const town = new Town(await world());
  opened = townNow();
  const phones = ROLES.map((role) => new Phone(role, town));
  document.getElementById("phones").replaceChildren(...phones.map((phone) => phone.element));
  const ledger = new Ledger(document.getElementById("ledger"), document.getElementById("ledger-note"), {
    sealed: town.mode !== "plain",
    nameOf: (openid) => town.person(openid)?.name ?? "",
  });
  new Faults(document.getElementById("faults"), town.faults, (error) => toast(phones[0].device, error.message));
  const { mark, choose } = tabsFor(phones);
  const tour = new Tour(phones, choose);
  document.getElementById("tour").addEventListener("click", () => tour.begin());
  if (town.moves.length) new TownClock(document.getElementById("clock"), town, (error) => toast(phones[0].device, error.message));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !closeTopmost()) tour.end(); });
  connected(true);
  setInterval(() => phones.forEach((phone) => phone.refresh()), 30_000);
  const quotas = (told) => { town.quotas = told; phones.forEach((phone) => phone.showQuota()); };
  await follow(town.epoch, { news: newsFor(town, phones, ledger, mark), quotas, connected, restarted: () => location.reload() });
}

begin().catch(() => connected(false));
