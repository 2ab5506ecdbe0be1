// Bad days of the platform, by switch.

import { h } from "./dom.js";
import { act } from "./wire.js";

export class Faults {
  constructor(element, switches, failed) {
    this.count = h("b", null, "");
    const rows = switches.map(({ name, label, on }) => {
      const box = h("input", { type: "checkbox", checked: on, onchange: () => this.turn(name, box, failed) });
      return h("li", null, h("label", null, box, label));
    });
    this.boxes = rows.map((row) => row.querySelector("input"));
    element.replaceChildren(h("summary", null, "让微信出故障", this.count), h("ul", null, rows));
    this.show();
  }

  async turn(name, box, failed) {
    await act("fault", { switch: name, on: box.checked }).catch((error) => { box.checked = !box.checked; failed(error); });
    this.show();
  }

  show() {
    const on = this.boxes.filter((box) => box.checked).length;
    this.count.textContent = on ? `${on} 个开着` : "";
  }
}
