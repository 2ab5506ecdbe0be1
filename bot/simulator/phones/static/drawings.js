// Sample photos, drawn: what residents take pictures of most.

const WIDTH = 640;
const HEIGHT = 480;

const rect = (c, color, x, y, w, height, r = 0) => {
  c.fillStyle = color;
  c.beginPath();
  c.roundRect(x, y, w, height, r);
  c.fill();
};

const shape = (c, color, ...points) => {
  c.fillStyle = color;
  c.beginPath();
  points.forEach(([x, y]) => c.lineTo(x, y));
  c.fill();
};

const oval = (c, color, x, y, rx, ry) => {
  c.fillStyle = color;
  c.beginPath();
  c.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2);
  c.fill();
};

const words = (c, color, text, x, y, size) => {
  c.fillStyle = color;
  c.font = `600 ${size}px "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif`;
  c.textAlign = "center";
  c.fillText(text, x, y);
};

const stroke = (c, color, width, ...points) => {
  c.strokeStyle = color;
  c.lineWidth = width;
  c.lineCap = "round";
  c.lineJoin = "round";
  c.beginPath();
  points.forEach(([x, y]) => c.lineTo(x, y));
  c.stroke();
};

const sky = (c, top, bottom) => {
  const shade = c.createLinearGradient(0, 0, 0, HEIGHT);
  shade.addColorStop(0, top);
  shade.addColorStop(1, bottom);
  c.fillStyle = shade;
  c.fillRect(0, 0, WIDTH, HEIGHT);
};

function lift(c) {
  sky(c, "#d8d3c8", "#c3bcae");
  rect(c, "#9c968a", 0, 410, WIDTH, 70);
  rect(c, "#6f7479", 150, 50, 300, 362, 4);
  rect(c, "#23272b", 166, 66, 268, 346);
  rect(c, "#b9bec3", 166, 66, 112, 346);
  rect(c, "#aab0b6", 346, 66, 88, 346);
  rect(c, "#989ea4", 272, 66, 6, 346);
  rect(c, "#989ea4", 346, 66, 6, 346);
  rect(c, "#50555a", 490, 190, 58, 130, 6);
  rect(c, "#15181a", 500, 200, 38, 34, 3);
  words(c, "#ff5a45", "E3", 519, 225, 22);
  oval(c, "#c9ced2", 519, 262, 11, 11);
  oval(c, "#c9ced2", 519, 294, 11, 11);
  c.save();
  c.translate(232, 226);
  c.rotate(-0.05);
  rect(c, "#fffdf4", -74, -54, 148, 108, 3);
  words(c, "#c0392b", "电梯故障", 0, -8, 28);
  words(c, "#555", "暂停使用", 0, 30, 22);
  c.restore();
}

function lamp(c) {
  sky(c, "#0f1a2e", "#26344d");
  rect(c, "#18212f", 0, 120, 190, 240);
  rect(c, "#141c29", 430, 90, 210, 270);
  for (const [x, y] of [[30, 160], [90, 160], [90, 220], [480, 150], [560, 210], [520, 270]]) rect(c, "#e8c779", x, y, 26, 30);
  shape(c, "#2c3442", [0, 360], [WIDTH, 360], [WIDTH, HEIGHT], [0, HEIGHT]);
  shape(c, "#3a4353", [230, 360], [410, 360], [620, HEIGHT], [20, HEIGHT]);
  const glow = c.createRadialGradient(560, 150, 8, 560, 240, 190);
  glow.addColorStop(0, "rgb(255 226 150 / 80%)");
  glow.addColorStop(1, "rgb(255 226 150 / 0%)");
  c.fillStyle = glow;
  c.fillRect(370, 90, 270, 330);
  stroke(c, "#79828f", 8, [600, 400], [600, 130], [560, 120]);
  oval(c, "#fff3c9", 552, 126, 24, 10);
  stroke(c, "#596170", 10, [120, 430], [120, 90], [190, 76]);
  oval(c, "#2a3039", 198, 82, 30, 12);
}

function rubbish(c) {
  sky(c, "#cfdde2", "#e7e5d8");
  rect(c, "#d9cdb8", 0, 60, WIDTH, 250);
  for (let x = 0; x < WIDTH; x += 80) for (let y = 60; y < 300; y += 40) rect(c, "#cfc2ab", x + ((y / 40) % 2) * 40, y, 76, 36, 2);
  rect(c, "#a8a59a", 0, 330, WIDTH, 150);
  [["#2e7d4f", 110], ["#3b6ea5", 270], ["#5d646b", 430]].forEach(([color, x], index) => {
    rect(c, color, x, 190, 118, 190, 10);
    rect(c, "rgb(0 0 0 / 18%)", x, 190, 118, 22, 6);
    oval(c, "#26292b", x + 24, 384, 14, 14);
    oval(c, "#26292b", x + 94, 384, 14, 14);
    oval(c, "#e9e6df", x + 34, 178, 36, 32);
    oval(c, index === 1 ? "#d9a441" : "#454a4d", x + 82, 172, 38, 36);
  });
  oval(c, "#3a3e40", 90, 408, 58, 44);
  oval(c, "#e6e2d6", 560, 410, 52, 38);
  oval(c, "#5a5e5c", 330, 424, 46, 32);
  rect(c, "#b88b55", 590, 330, 46, 60, 3);
  shape(c, "#d1b48a", [250, 440], [300, 430], [310, 452], [256, 460]);
}

function manhole(c) {
  sky(c, "#8f9294", "#76797b");
  for (let k = 0; k < 340; k += 1) oval(c, k % 2 ? "#84878a" : "#6c6f71", (k * 97) % WIDTH, (k * 57) % HEIGHT, 2, 1.4);
  rect(c, "#d7d2c2", 0, 40, WIDTH, 16);
  oval(c, "#585b5d", 330, 270, 176, 112);
  oval(c, "#0d0e0f", 330, 276, 150, 92);
  stroke(c, "#2f3335", 7, [230, 320], [250, 336], [300, 352]);
  shape(c, "#e2622b", [518, 150], [552, 150], [590, 320], [480, 320]);
  shape(c, "#fff", [508, 214], [562, 214], [570, 250], [500, 250]);
  rect(c, "#c9531f", 462, 318, 146, 22, 4);
  stroke(c, "#9b7a4a", 12, [110, 120], [90, 400]);
  stroke(c, "#6f9a4f", 5, [110, 130], [70, 90], [112, 110], [150, 70]);
}

function lane(c) {
  sky(c, "#bcd3e0", "#e8e8e0");
  rect(c, "#d4cabb", 60, 40, 520, 230);
  for (let x = 90; x < 560; x += 78) for (let y = 60; y < 230; y += 66) rect(c, "#8fa6b4", x, y, 46, 42, 2);
  rect(c, "#7b7e80", 0, 262, WIDTH, 218);
  for (let x = -200; x < WIDTH; x += 70) stroke(c, "#e3b52f", 8, [x, 470], [x + 150, 290]);
  rect(c, "#e3b52f", 0, 280, WIDTH, 8);
  words(c, "#f5d565", "消防通道  禁止停车", 320, 462, 40);
  rect(c, "#b9bfc5", 150, 290, 340, 92, 24);
  shape(c, "#a5acb3", [206, 296], [252, 226], [400, 226], [446, 296]);
  shape(c, "#3c4a55", [222, 292], [260, 238], [320, 238], [320, 292]);
  shape(c, "#3c4a55", [332, 292], [332, 238], [394, 238], [430, 292]);
  for (const x of [222, 418]) { oval(c, "#1f2224", x, 384, 38, 38); oval(c, "#8d9499", x, 384, 16, 16); }
  oval(c, "#ffe8a6", 482, 324, 10, 12);
}

function wall(c) {
  sky(c, "#efe9db", "#e2dac8");
  rect(c, "#c9bea6", 0, 430, WIDTH, 50);
  rect(c, "#fbf8f0", 0, 416, WIDTH, 18);
  for (const [x, y, rx, ry, color] of [[330, 40, 240, 90, "#d9c9a4"], [300, 90, 170, 120, "#cdb98d"], [320, 70, 120, 90, "#b9a376"], [410, 170, 70, 90, "#c8b58b"]]) oval(c, color, x, y, rx, ry);
  oval(c, "rgb(70 80 60 / 35%)", 280, 80, 60, 44);
  oval(c, "rgb(70 80 60 / 28%)", 380, 130, 40, 54);
  stroke(c, "#7d6f55", 4, [330, 0], [318, 60], [344, 110], [322, 170], [350, 236], [338, 300]);
  stroke(c, "#7d6f55", 2.5, [344, 110], [400, 150], [420, 200]);
  stroke(c, "#8fb0be", 5, [300, 190], [298, 300]);
  stroke(c, "#8fb0be", 4, [380, 200], [382, 270]);
  shape(c, "#f7f2e4", [250, 190], [282, 180], [276, 226], [244, 230]);
  rect(c, "#fdfcf8", 520, 270, 70, 70, 5);
  rect(c, "#d5d1c5", 546, 292, 18, 26, 3);
}

export const PHOTOS = [
  { name: "电梯故障", draw: lift },
  { name: "路灯不亮", draw: lamp },
  { name: "垃圾满溢", draw: rubbish },
  { name: "井盖缺失", draw: manhole },
  { name: "占用消防通道", draw: lane },
  { name: "墙面渗水", draw: wall },
];

export function drawn(photo) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  photo.draw(canvas.getContext("2d"));
  return canvas;
}

// Not `toBlob`: Chromium encodes there only when it has nothing else to do, on a busy machine seconds later.
export function asPng(canvas) {
  const encoded = atob(canvas.toDataURL("image/png").split(",")[1]);
  return new Blob([Uint8Array.from(encoded, (byte) => byte.charCodeAt(0))], { type: "image/png" });
}
