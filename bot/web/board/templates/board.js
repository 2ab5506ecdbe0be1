const body = document.body;
const layers = () => [...document.querySelectorAll("[data-layer]")];

function choose(layer) {
  body.classList.toggle("show-late", layer === "late");
  layers().forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.layer === layer)));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.layer) choose(button.dataset.layer);
  if (button?.id === "print") print();
});

// The same page again, of which only the figures are taken over: what is chosen or scrolled stays.
async function renew() {
  const answer = await fetch(location.href);
  if (!answer.ok) return stale();
  const words = (await answer.text()).replace(/<(style|script)[^]*?<\/\1>/g, ""); // these are here already
  const page = new DOMParser().parseFromString(words, "text/html");
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.querySelector("#at").replaceWith(page.querySelector("#at"));
  choose(body.classList.contains("show-late") ? "late" : "open");
  document.querySelector("#stale").hidden = true;
}

function stale() {
  document.querySelector("#stale").hidden = false;
}

const source = new EventSource(`${location.pathname}/live`);
source.addEventListener("board", (event) => {
  if (event.data !== document.querySelector("main").dataset.seen) renew().catch(stale);
});
source.addEventListener("error", () => {
  if (source.readyState === EventSource.CLOSED) stale();
});
