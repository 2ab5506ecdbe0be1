// The strip at the side: what just passed between the platform and the account's server.

import { h } from "./dom.js";

const KEPT = 30;
const KINDS = {
  words: "文字", picture: "图片", voice: "语音", clip: "视频", spot: "位置", link: "链接",
  subscribe: "关注", unsubscribe: "取消关注", scan: "扫码", click: "点菜单", view: "打开链接", location: "上报位置",
  templatesendjobfinish: "送达回执", subscribe_msg_popup_event: "订阅授权",
};
const CALLS = {
  stable_token: "换取凭证", token: "换取凭证", "message/custom/send": "客服消息", "message/template/send": "模板消息",
  "message/subscribe/bizsend": "订阅通知", "media/upload": "上传素材", "media/get": "下载素材", "user/info": "查询关注",
  "menu/create": "设置菜单", "menu/get": "读取菜单", getcallbackip: "查询地址",
};
const ENDINGS = { replied: "已回复", silent: "已收下" };

export class Ledger {
  constructor(list, note, { sealed, nameOf }) {
    Object.assign(this, { list, nameOf });
    this.form = sealed ? "密文" : "明文";
    note.textContent = sealed ? "每条消息都经签名、加密的真实 HTTP 往返。" : "每条消息都经签名的真实 HTTP 往返（明文模式）。";
    this.empty = h("li", { class: "empty" }, "还没有往来。点一句「试一试」开始。");
    list.replaceChildren(this.empty);
  }

  add(change) {
    this.empty.remove();
    this.list.prepend(change.type === "Exchange" ? this.delivered(change) : this.called(change));
    while (this.list.children.length > KEPT) this.list.lastChild.remove();
  }

  delivered(one) {
    const bad = one.verdict === "outage";
    const what = [KINDS[one.kind.toLowerCase()] ?? one.kind, h("span", { class: "who" }, this.nameOf(one.openid))];
    const tries = one.tries > 1 ? `，共 ${one.tries} 次` : "";
    const ending = bad ? `未能送达：${one.reason}${tries}` : `${this.form} ${one.sent_bytes} B → ${ENDINGS[one.verdict]} ${one.answered_bytes} B${tries}`;
    return this.entry(bad ? "entry bad" : "entry", "↑", what, one.milliseconds, ending);
  }

  called(one) {
    const what = [CALLS[one.path] ?? one.path, h("span", { class: "who" }, this.nameOf(one.openid))];
    const ending = one.errcode === 0 ? "接口返回 0" : `接口返回 ${one.errcode}`;
    return this.entry(one.errcode === 0 ? "entry out" : "entry out bad", "↓", what, one.milliseconds, ending);
  }

  entry(kind, way, what, milliseconds, ending) {
    return h("li", { class: kind }, h("span", { class: "way" }, way), h("span", null, what), h("span", { class: "ms" }, `${milliseconds} ms`), h("span", { class: "size" }, ending));
  }
}
