// Draws the screen of now, sends touches back, shows the camera's picture, wipes what is personal.
"use strict";

const HEARTBEAT_LIMIT_MS = 11_000;
const BROKEN_LIMIT_MS = 3_000;
const FRESH_MS = 300; // a second tap of a double touch must not meet the next screen's button
const PENDING_LIMIT_MS = 2_000;
const ORDER = { help: 0, plain: 1, primary: 2 };
const CALM_CUES = new Set(["present", "look-here", "place", "no-finger", "wait", "chip", "completed", "referred", "look-straight"]);
const PICTURES = { reading: "document", "out-of-service": "closed", "notice-more": "notice", transport: "direction" };
const MIRRORED = new Set(["continue", "back", "again", "end"]); // in right-to-left languages
const GLYPHS = { ar: "ع" }; // the letter a script is known by, where it is not the name's first
const REST_MS = 300_000; // so long untouched, the first screen is drawn dim
const SMALL_INCH = 10;
const SMALL_SCALE = 0.577; // on 7 inch 20 mm become 11.5
const LEAST_MM = [343, 193];
const SHIFT_MS = 60_000;
const SHIFTS = [[0, 0], [6, 4], [-5, 6], [-6, -4], [5, -6], [2, 3]]; // pixels against burn-in
const TIPS = { thumb: [86, 242], index: [154, 104], middle: [206, 78], ring: [256, 100], little: [304, 148] };
const GREETINGS = 3;
const GREETING_MS = 6_000;
const BACK_KEYS = new Set(["Escape", "GoBack", "BrowserBack"]);
const MOVES = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
const SVG = "http://www.w3.org/2000/svg";

const root = document.documentElement;
const find = (id) => document.getElementById(id);
const kiosk = find("kiosk");

let now = null; // the screen of now; nothing older is kept
let words = null; // the page's own words in the last language
let freshAt = 0;
let greeted = 0;
let shifted = 0;
let fitted = 1;
let touchedAt = 0;
let pendingTimer = 0;
let looking = null; // cancels the live picture
let ticking = 0;
let sound = null;
let stream = null;
let brokenTimer = 0;
let deafTimer = 0;

// ---- drawing ---------------------------------------------------------------------------------

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", MIRRORED.has(name) ? "icon mirrored" : "icon");
  svg.setAttribute("aria-hidden", "true");
  if (find(`i-${name}`)) {
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `#i-${name}`);
    svg.append(use);
  }
  return svg;
}

/** Rebuild `element` only when `value` is new, so that a cue does not pull a button from under a finger. */
function redraw(element, value, children) {
  const key = JSON.stringify(value);
  if (element.drawnFrom === key) return false;
  element.drawnFrom = key;
  const built = children();
  element.replaceChildren(...built);
  element.hidden = built.length === 0;
  return true;
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function show(screen) {
  const newStep = !now || now.name !== screen.name || now.title !== screen.title;
  now = screen;
  words = screen.words;
  unlock();
  keyboard.show(screen); // a field that has gone leaves first
  root.lang = screen.language;
  root.dir = screen.direction;
  const resting = screen.name === "attract" && kiosk.dataset.screen !== "attract";
  kiosk.dataset.screen = screen.name;
  kiosk.dataset.serial = screen.serial;
  root.classList.toggle("pictures", Boolean(screen.pictures_only));
  dim();
  kiosk.dataset.choices = String(screen.buttons.filter((each) => each.kind === "choice").length);
  if (resting) forgetTools();
  nameTools();
  drawWords(screen);
  drawLists(screen);
  drawButtons(screen);
  drawPicture(screen);
  count(screen.countdown_s);
  fit(newStep);
  if (newStep) arrive(screen);
  document.dispatchEvent(new CustomEvent("kiosk-screen", { detail: screen })); // for sound.js
}

function arrive(screen) {
  find("words").scrollTop = 0;
  if (screen.name !== "attract") find("title").focus({ preventScroll: true });
  if (screen.name === "warning") chime([523, 392]);
  if (screen.name === "saved") chime([523, 659, 784]);
}

function drawWords(screen) {
  say(find("title"), screen.title);
  drawGreetings(screen.greetings);
  const what = screen.name === "typing" ? "" : /-cue-(.+)$/.exec(screen.cue_id || "")?.[1] || "";
  const cue = find("cue");
  redraw(cue, [screen.cue, what], () => {
    if (!screen.cue) return [];
    const text = make("span", "cue-text", screen.cue);
    return what ? [icon(what), text] : [text];
  });
  cue.dataset.cue = what;
  cue.dataset.mood = !what ? "text" : what === "well-done" ? "good" : CALM_CUES.has(what) ? "calm" : "advice";
  kiosk.dataset.mood = cue.dataset.mood;
  say(find("progress-text"), words.progress || "");
  find("progress").hidden = !screen.steps;
  redraw(find("segments"), [screen.step, screen.steps], () =>
    Array.from({ length: screen.steps }, (_, at) =>
      make("li", at + 1 < screen.step ? "past" : at + 1 === screen.step ? "here" : "")));
  drawParty(screen);
}

/** Which person of a family it is, and that somebody is on the way. */
function drawParty(screen) {
  const party = find("party");
  redraw(party, [screen.person, screen.persons], () => Array.from({ length: screen.persons }, (_, at) => {
    const one = icon("help");
    one.classList.add(at + 1 < screen.person ? "past" : at + 1 === screen.person ? "here" : "next");
    return one;
  }));
  party.setAttribute("aria-label", words.persons || "");
  find("bell").hidden = !screen.called;
  find("bell").setAttribute("aria-label", words.called || "");
}

/** Nobody has chosen a language yet: the first few of the post's, and after a while the next ones. */
function drawGreetings(all) {
  const few = all.length > GREETINGS ? all.map((_, at) => all[(at + greeted) % all.length]).slice(0, GREETINGS) : all;
  redraw(find("greetings"), few, () => few.map((each) => spoken("span", "", each.text, each)));
}

function drawLists(screen) {
  redraw(find("points"), screen.points, () => screen.points.map((each) => {
    const item = make("li");
    item.append(icon(each.icon), make("span", "", each.text));
    return item;
  }));
  redraw(find("rows"), screen.rows, () => screen.rows.map((each) => {
    const row = make("div");
    row.dataset.kind = each.kind;
    const value = make("dd");
    const label = make("dt");
    label.append(icon(each.icon), make("span", "", each.label));
    if (each.kind === "mark") value.append(icon(each.code), make("span", "unseen", each.value));
    else if (each.kind === "message") value.append(icon(each.code), make("bdi", "told", each.value));
    else value.append(make("bdi", "", each.value));
    row.append(label, value);
    return row;
  }));
  drawCode(screen);
}

/** What the traveller takes along: codes, or the event's reference with its QR symbol. */
function drawCode(screen) {
  const { code, reference, qr } = screen;
  redraw(find("code"), [code, reference, qr, screen.language], () => {
    const codes = [...(reference ? [reference] : []), ...code.split(" ")].filter(Boolean);
    if (!codes.length && !qr.length) return [];
    const said = make("div");
    said.append(make("span", "told", reference ? words.reference : words.code), ...codes.map((each) => make("bdi", "", each)));
    return qr.length ? [symbol(qr), said] : [said];
  });
}

/** A QR symbol, dark on white in every palette; the quiet border is in its rows. */
function symbol(rows) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "qr");
  svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", rows.map((row, y) => [...row].map((bit, x) => (bit === "1" ? `M${x} ${y}h1v1h-1z` : "")).join("")).join(""));
  svg.append(path);
  return svg;
}

function spoken(tag, className, text, language) {
  const element = make(tag, className, text);
  element.lang = language.language;
  element.dir = language.direction;
  return element;
}

function rank(each) {
  return each.id === "end" ? 0.5 : ORDER[each.kind];
}

function button(each, screen) {
  const element = make("button", `button ${each.kind} id-${each.id}`);
  element.type = "button";
  element.dataset.button = each.id;
  const glyph = each.id.startsWith("language-") && !find(`i-${each.id}`) ? spoken("span", "glyph", GLYPHS[each.language] || each.label[0], each) : null;
  if (glyph) glyph.setAttribute("aria-hidden", "true");
  element.append(glyph || icon(each.icon), spoken("span", "label", each.label, each));
  if (each.kind === "primary") {
    const others = screen.greetings.filter((other) => other.language !== screen.language).slice(0, GREETINGS - 1);
    if (others.length) {
      const line = make("span", "others");
      line.append(...others.map((other) => spoken("span", "", other.start, other)));
      element.lastChild.replaceChildren(make("span", "", each.label), line);
    }
  }
  return element;
}

function drawButtons(screen) {
  const choices = screen.buttons.filter((each) => each.kind === "choice");
  const actions = screen.buttons.filter((each) => each.kind !== "choice");
  actions.sort((one, other) => rank(one) - rank(other));
  const built = () => {
    const all = actions.map((each) => button(each, screen));
    const helps = actions.filter((each) => each.kind === "help").length;
    return all.length ? [...all.slice(0, helps), make("span", "space"), ...all.slice(helps)] : [];
  };
  const scope = [screen.name, screen.title];
  const fresh = redraw(find("choices"), [scope, choices], () => choices.map((each) => button(each, screen)));
  if (redraw(find("actions"), [scope, actions], built) || fresh) freshAt = performance.now();
}

// ---- pictures --------------------------------------------------------------------------------

function picture(name) {
  const [base, side, which] = name.split("-");
  const key = base === "finger" || (base === "typing" && !find(`p-${name}`)) ? base : PICTURES[name] || name;
  const template = find(`p-${key}`);
  if (!template) return find(`i-${name}`) ? [icon(name)] : [];
  const copy = template.content.cloneNode(true);
  if (TIPS[which]) pointAt(copy, side, which);
  copy.querySelector(`[data-at="${name.slice(base.length + 1)}"]`)?.classList.add("here");
  return [...copy.children];
}

function pointAt(copy, side, which) {
  copy.querySelector(".hand").classList.add(side);
  copy.querySelector(`[data-finger="${which}"]`).classList.add("chosen");
  copy.querySelector(".spot").setAttribute("transform", `translate(${TIPS[which].join(" ")})`);
}

function drawPicture(screen) {
  const figure = find("picture");
  const live = screen.live;
  const fresh = redraw(figure, [screen.picture, live], () => {
    if (live) return picture("live");
    if (screen.name === "attract") return ["document", "face", "finger-right-index"].flatMap(picture);
    return picture(screen.picture);
  });
  figure.dataset.picture = screen.picture;
  if (figure.dataset.challenge === "blink" && screen.challenge !== "blink") chime([784]); // to shut eyes
  figure.dataset.challenge = screen.challenge;
  glow(screen.colour);
  const ring = figure.querySelector(".progress");
  if (ring) ring.style.strokeDasharray = `${screen.done_pct} 100`;
  if (fresh && looking) { looking.abort(); looking = null; }
  if (fresh && live) {
    looking = new AbortController();
    figure.querySelector(".live").setAttribute("aria-label", words.live || "");
    look(figure.querySelector("canvas"), looking.signal);
  }
}

/** The whole display in one colour, whose light on the face the camera looks for; empty: none. */
function glow(colour) {
  kiosk.classList.toggle("glowing", Boolean(colour));
  kiosk.style.setProperty("--glow", colour || "transparent");
}

/** Draw each new camera picture as it comes; the next is asked for while this one is drawn, never more. */
async function look(canvas, signal) {
  const brush = canvas.getContext("2d", { alpha: false });
  const ask = (seen) => fetch(`/live.jpg?n=${seen}`, { signal, cache: "no-store" }).catch(() => null);
  let answer = await ask("");
  while (!signal.aborted) {
    const fresh = answer?.status === 200;
    if (!fresh && answer?.status !== 204) await rest(250);
    const seen = fresh ? answer.headers.get("etag") : "";
    const jpeg = fresh ? await answer.blob().catch(() => null) : null;
    const next = signal.aborted ? null : ask(seen);
    if (jpeg) await draw(canvas, brush, jpeg);
    answer = await next;
  }
  canvas.width = canvas.height = 1; // the last picture leaves with its pixels
}

async function draw(canvas, brush, jpeg) {
  const bitmap = await createImageBitmap(jpeg).catch(() => null);
  if (!bitmap) return;
  if (canvas.width !== bitmap.width) { canvas.width = bitmap.width; canvas.height = bitmap.height; }
  brush.drawImage(bitmap, 0, 0);
  bitmap.close();
  canvas.dataset.pictures = String(Number(canvas.dataset.pictures || 0) + 1);
}

function rest(wait_ms) {
  return new Promise((done) => setTimeout(done, wait_ms));
}

// ---- the seconds of a warning ----------------------------------------------------------------

function count(seconds) {
  clearInterval(ticking);
  const box = find("countdown");
  box.hidden = !seconds;
  if (!seconds) return;
  const endsAt = performance.now() + seconds * 1000;
  const bar = box.querySelector("i");
  const tick = () => {
    const left = Math.max(0, (endsAt - performance.now()) / 1000);
    say(box.querySelector("output"), String(Math.ceil(left)));
    bar.style.transform = `scaleX(${left / seconds})`;
    if (left && Math.ceil(left) % 5 === 0 && left % 1 > 0.75) chime([523, 392]);
  };
  tick();
  ticking = setInterval(tick, 250);
}

// ---- touches ---------------------------------------------------------------------------------

function unlock() {
  clearTimeout(pendingTimer);
  pendingTimer = 0;
  for (const each of document.querySelectorAll(".touched")) each.classList.remove("touched");
}

async function touch(element) {
  if (pendingTimer || !now || performance.now() - freshAt < FRESH_MS) return;
  pendingTimer = setTimeout(unlock, PENDING_LIMIT_MS);
  element.classList.add("touched");
  const text = now.entry && element.dataset.button === "enter" ? { text: keyboard.text() } : {};
  if (text.text === "") { unlock(); chime([392]); return; } // nothing stands in the field yet
  const body = JSON.stringify({ serial: now.serial, button: element.dataset.button, ...text });
  const answer = await fetch("/touch", { method: "POST", headers: { "content-type": "application/json" }, body })
    .catch(() => null);
  if (!answer || !answer.ok) unlock();
}

function tool(element) {
  if (element.dataset.tool === "repeat") return; // sound.js does it
  const on = root.classList.toggle(element.dataset.tool);
  element.setAttribute("aria-pressed", String(on));
  if (element.dataset.tool === "louder") chime([659, 784]);
}

function forgetTools() {
  for (const each of document.querySelectorAll("[data-tool]")) {
    root.classList.remove(each.dataset.tool);
    each.setAttribute("aria-pressed", "false");
  }
}

function nameTools() {
  find("tools").setAttribute("aria-label", words.tools);
  for (const each of document.querySelectorAll("[data-tool]")) each.setAttribute("aria-label", words[each.dataset.tool]);
}

/** A soft bell for each frequency, one after the other; silent until somebody has touched the page. */
function chime(tones_hz) {
  if (!sound) return;
  const gain = root.classList.contains("louder") ? 0.6 : 0.15;
  tones_hz.forEach((tone_hz, at) => {
    const starts_s = sound.currentTime + at * 0.18;
    const bell = new OscillatorNode(sound, { frequency: tone_hz });
    const volume = new GainNode(sound, { gain: 0 });
    volume.gain.linearRampToValueAtTime(gain, starts_s + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, starts_s + 0.5);
    bell.connect(volume).connect(sound.destination);
    bell.start(starts_s);
    bell.stop(starts_s + 0.5);
  });
}

document.addEventListener("click", (event) => {
  sound ||= window.AudioContext ? new AudioContext() : null;
  const element = event.target.closest("button");
  if (!element) return;
  if (element.dataset.tool) tool(element);
  else if (element.dataset.button) touch(element);
});

/** A real key: for the field, back, the main button; else the arrows of a keypad. */
document.addEventListener("keydown", (event) => {
  const wanted = BACK_KEYS.has(event.key) ? "back" : event.key === "Enter" && !event.target.closest("button") ? "enter" : "";
  if (keyboard.real(event)) event.preventDefault();
  else if (wanted) document.querySelector(`[data-button="${wanted}"]`)?.click();
  else if (MOVES[event.key]) move(event);
});

/** The arrows go from button to button, between the keys of a keyboard to the nearest that way. */
function move(event) {
  const step = MOVES[event.key];
  const all = [...document.querySelectorAll("button")].filter((each) => each.checkVisibility());
  const here = document.activeElement;
  if (here.closest("#keys") && steer(here, event.key, all)) return event.preventDefault();
  const next = all.findIndex((each) => here.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
  const at = all.includes(here) ? all.indexOf(here) + step : step > 0 ? Math.max(next, 0) : next - 1;
  all.at(at % all.length)?.focus();
  event.preventDefault();
}

function steer(here, way, all) {
  const middle = (each) => {
    const box = each.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  const [x, y] = middle(here);
  const sign = way === "ArrowUp" || way === "ArrowLeft" ? -1 : 1;
  const upDown = way === "ArrowUp" || way === "ArrowDown";
  let best = null;
  for (const each of all) {
    const [across, down] = middle(each).map((value, at) => value - (at ? y : x));
    const along = sign * (upDown ? down : across);
    const far = along + 3 * Math.abs(upDown ? across : down);
    if (each !== here && along > 8 && (!best || far < best.far)) best = { each, far };
  }
  best?.each.focus();
  return Boolean(best);
}

for (const kind of ["contextmenu", "dragstart", "gesturestart"]) {
  document.addEventListener(kind, (event) => event.preventDefault());
}

// ---- the stream ------------------------------------------------------------------------------

/** The calm state while no screen comes: the last language, nothing of the traveller. */
function moment() {
  if (kiosk.dataset.screen === "moment" || !words) return;
  const { language, direction } = now;
  show({
    serial: 0, name: "moment", language, direction, title: words.moment, cue: words.moment_cue, cue_id: "",
    points: [], greetings: [], buttons: [], rows: [], picture: "moment", live: false, step: 0, steps: 0,
    countdown_s: 0, code: "", reference: "", qr: [], entry: null, person: 0, persons: 0, called: false, calm: false,
    pictures_only: now.pictures_only, challenge: "", colour: "", done_pct: 0, words: { ...words, progress: "" },
  });
}

function alive() {
  clearTimeout(brokenTimer);
  clearTimeout(deafTimer);
  brokenTimer = 0;
  deafTimer = setTimeout(reconnect, HEARTBEAT_LIMIT_MS);
}

function broken() {
  brokenTimer ||= setTimeout(moment, BROKEN_LIMIT_MS);
}

function reconnect() {
  clearTimeout(deafTimer);
  stream.close();
  broken();
  setTimeout(connect, 1_000);
}

function connect() {
  stream = new EventSource("/events");
  stream.addEventListener("screen", (event) => { alive(); show(JSON.parse(event.data)); });
  stream.addEventListener("heartbeat", alive);
  stream.addEventListener("error", () => (stream.readyState === EventSource.CLOSED ? reconnect() : broken()));
}

setInterval(() => {
  greeted += GREETINGS;
  if (now) drawGreetings(now.greetings);
}, GREETING_MS);
// ---- the glass -------------------------------------------------------------------------------

/** One millimetre in pixels, where the server knows the glass; else the style sheet guesses. */
function measure() {
  const inches = Number(root.dataset.diagonalInch);
  const small = inches ? inches < SMALL_INCH : innerWidth > innerHeight && innerHeight <= 800;
  root.classList.toggle("small", small);
  if (!inches) return;
  const sides = [innerWidth, innerHeight].sort((one, other) => other - one);
  const mm_px = Math.hypot(...sides) / (inches * 25.4);
  const most_px = Math.min(mm_px, ...sides.map((side, at) => side / LEAST_MM[at]));
  root.style.setProperty("--mm", `${small ? mm_px * SMALL_SCALE : most_px}px`);
}

/** Rather smaller than cut. */
function fit(afresh) {
  const boxes = [find("words"), find("words").parentElement];
  if (afresh) root.style.setProperty("--fit", fitted = 1);
  while (fitted > 0.7 && boxes.some((e) => e.scrollHeight > e.clientHeight + 4)) root.style.setProperty("--fit", fitted -= 0.02);
}

/** Nobody is near: dim, never black. */
function dim() {
  const idle = now.name === "attract" && performance.now() - touchedAt > REST_MS;
  kiosk.dataset.calm = String(Boolean(now.calm) || idle);
}

/** What stands for hours moves by a few pixels, also where nothing may be seen to move. */
function shift() {
  if (now) dim();
  const [x, y] = SHIFTS[(shifted += 1) % SHIFTS.length];
  kiosk.style.setProperty("--shift", `${x}px ${y}px`);
}

addEventListener("resize", () => { measure(); if (now) fit(true); });
document.addEventListener("pointerdown", () => { touchedAt = performance.now(); if (now) dim(); }, true);
setInterval(shift, SHIFT_MS);
measure();
find("picture").append(...picture("moment"));
connect();
