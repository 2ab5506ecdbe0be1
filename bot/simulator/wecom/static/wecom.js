// The phone of one member: reads the chats twice a second, writes and presses in that member's name.
const [member, chat, form, text] = ["member", "chat", "say", "text"].map((id) => document.getElementById(id));
const wanted = new URLSearchParams(location.search).get("user"); // one member's phone, as it stands beside the others
document.getElementById("whose").hidden = Boolean(wanted);
let shown = "";

const post = (path, wish) =>
  fetch(`/simulator/wecom/${path}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish),
  });

function element(name, className, words) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = words;
  return made;
}

function link(url, words) {
  const made = element("a", "", words);
  Object.assign(made, { href: url, target: "_blank", rel: "noopener" });
  return made;
}

// Links in a text are written as in the official account.
function written(text) {
  const parts = text.split(/<a href="(https?:[^"]+)">([^<]*)<\/a>/);
  return parts.flatMap((part, at) => (at % 3 === 0 ? [part] : at % 3 === 1 ? [link(part, parts[at + 1])] : []));
}

function bubble(line) {
  const item = element("li", line.side, "");
  if (line.title) item.append(line.url ? link(line.url, line.title) : element("strong", "", line.title));
  item.append(...written(line.text));
  if (line.pressed) item.append(element("span", "pressed", line.pressed));
  const buttons = element("div", "buttons", "");
  for (const each of line.buttons) {
    const button = element("button", "", each.text);
    button.addEventListener("click", () => post("press", { user: line.user, task: line.task, key: each.key }));
    buttons.append(button);
  }
  if (line.buttons.length) item.append(buttons);
  return item;
}

function members(news) {
  const chosen = member.value;
  const options = [...news.members, { user: news.group, name: "群", about: "机器人" }];
  member.replaceChildren(...options.map((each) => {
    const option = element("option", "", each.about ? `${each.name} · ${each.about}` : each.name);
    option.value = each.user;
    return option;
  }));
  member.value = chosen || wanted || news.members[0]?.user || news.group;
}

async function look() {
  const news = await (await fetch("/simulator/wecom/chats")).json();
  if (member.options.length !== news.members.length + 1) members(news);
  const mine = news.lines.filter((line) => line.user === member.value);
  const now = JSON.stringify(mine) + member.value;
  if (now === shown) return;
  shown = now;
  const empty = element("li", "nothing", "派来的工单、催办会出现在这里，点按钮就能接单、办结。");
  chat.replaceChildren(...(mine.length ? mine.map(bubble) : [empty]));
  chat.scrollTop = chat.scrollHeight;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value.trim()) post("say", { user: member.value, text: text.value });
  text.value = "";
});
member.addEventListener("change", () => look());
setInterval(() => look().catch(() => {}), 500);
look().catch(() => {});
