// The town's time, and the buttons that put it forward.

import { h } from "./dom.js";
import { act } from "./wire.js";

const NAMES = { hour: "+1 小时", morning: "到明早", overdue: "过期看看" };
const HINTS = {
  hour: "把镇上的钟拨快一小时",
  morning: "拨到下一个上班的早上",
  overdue: "拨到您报的事里最近一个时限刚过：看提醒、督办和上报",
};
const WEEKDAYS = "日一二三四五六";

let ahead = 0; // seconds

export const townNow = () => Date.now() / 1000 + ahead;

export function setTownTime(seconds) { ahead = seconds - Date.now() / 1000; }

export class TownClock {
  constructor(element, { moves, restarts }, failed) {
    this.time = h("time", { "aria-live": "off" });
    const put = (to) => h("button", { type: "button", title: HINTS[to], onclick: () => this.wish("clock", { to }, failed) }, NAMES[to]);
    const restart = h("button", { type: "button", title: "工单、聊天、时间都回到一开始", onclick: () => this.restart(failed) }, "重来");
    element.replaceChildren(this.time, ...moves.map(put), ...(restarts ? [restart] : []));
    this.element = element;
    this.show();
    setInterval(() => this.show(), 1000);
  }

  show() {
    const now = new Date((townNow() + 8 * 3600) * 1000); // China's time, wherever the browser stands
    const two = (number) => String(number).padStart(2, "0");
    this.time.textContent = `镇上 ${now.getUTCMonth() + 1}月${now.getUTCDate()}日 周${WEEKDAYS[now.getUTCDay()]} ${two(now.getUTCHours())}:${two(now.getUTCMinutes())}`;
  }

  async wish(name, details, failed) {
    this.busy(true);
    await act(name, details).catch(failed);
    this.busy(false);
  }

  restart(failed) {
    if (confirm("工单、聊天和时间都回到一开始？")) this.wish("restart", {}, failed);
  }

  busy(yes) { this.element.querySelectorAll("button").forEach((button) => { button.disabled = yes; }); }
}
