// Answers that can be tapped in place of being typed, read from the account's own words.

const MOST = 12;
const NUMBERED = /^[ 　]*(?:回复[ 　]*)?[【[(（]?(\d{1,2})[】\])）]?[ 　.、．:：)）]+(\S[^\n]*)$/gm;
const QUOTED = /(?:回复|发送|回)[ 　]*((?:[「“"][^」”"\n]{1,10}[」”"][ 　]*[、，或/和及]?[ 　]*)+)/g;
const WORDS = /[「“"]([^」”"]+)[」”"]/g;

// Each has a `label`, and what to `say`; or what to `begin`, where the person must add words of their own.
export function quickAnswers(body) {
  if (body.kind !== "Words") return [];
  return [...numbered(body.text), ...quoted(body.text)].slice(0, MOST);
}

// Lines are choices only if they count on: 1, 2, … or 6, 7, … of a longer list, with 0 for none of them.
function numbered(text) {
  const lines = [...text.matchAll(NUMBERED)];
  const counted = lines.map(([, number]) => Number(number)).filter(Boolean);
  const inOrder = lines.length > 1 && counted.every((number, index) => number === counted[0] + index);
  return inOrder ? lines.map(([, number, label]) => ({ say: number, label: `${number} ${label}` })) : [];
}

function quoted(text) {
  const all = [...text.matchAll(QUOTED)].flatMap(([, group]) => [...group.matchAll(WORDS)].map(([, word]) => word));
  return [...new Set(all)].filter((word) => !/^\d+$|[A-Z…×]/.test(word)).map(answer);
}

function answer(words) {
  const [command, ...rest] = words.split(/[ 　]+/);
  return rest.length ? { begin: `${command} `, label: `${command} …` } : { say: words, label: words };
}
