// The page's talk with its server.

const BASE = document.body.dataset.base.replace(/\/$/, "");

async function told(response) {
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? "没有送出去，请再试一次。");
  return answer;
}

export async function act(name, wish) {
  return told(
    await fetch(`${BASE}/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(wish),
    }),
  );
}

export async function sendPicture(openid, file) {
  return told(
    await fetch(`${BASE}/picture?openid=${encodeURIComponent(openid)}`, {
      method: "POST",
      headers: { "Content-Type": file.type || "image/heic" },  // of which many browsers know no type
      body: file,
    }),
  );
}

export async function sendSound(openid, file) {
  return told(
    await fetch(`${BASE}/recording?openid=${encodeURIComponent(openid)}`, {
      method: "POST",
      headers: { "Content-Type": file.type },
      body: file,
    }),
  );
}

export async function world() {
  return told(await fetch(`${BASE}/world`));
}

export const pictureUrl = (mediaId) => `${BASE}/api/pictures/${encodeURIComponent(mediaId)}`;
export const soundUrl = (mediaId) => `${BASE}/sounds/${encodeURIComponent(mediaId)}`;
export const wecomPage = `${BASE}/wecom`;
export const emblem = `${BASE}/static/whistle.svg`;

const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

// One stream of news for all phones. The server waits until there is some, so this loop is not busy.
export async function follow(epoch, { news, quotas, connected, restarted }) {
  let after = 0;
  for (;;) {
    const answer = await fetch(`${BASE}/changes?after=${after}&epoch=${epoch}`).then(told).catch(() => null);
    connected(answer !== null);
    if (answer && answer.epoch !== epoch) return restarted();
    if (answer) quotas(answer.quotas);
    if (answer?.changes.length) {
      after = answer.changes.at(-1).number;
      await news(answer.changes);
    }
    await pause(answer ? answer.wait * 1000 : 1500);
  }
}
