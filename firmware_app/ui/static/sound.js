// Says the screen of now aloud, clip after clip; what is personal is said in headphones only.
"use strict";
{
  const CUE_STANDS_MS = 350; // a cue that flickers is not said
  const CUE_EVERY_MS = 1_800;
  const FADE_S = 0.06;
  const GAP_MS = 120;
  const LATE_MS = 3_000; // a clip that has not ended so long after it should have is given up
  const GAIN = { plain: 1, louder: 2.5 };
  const STARTS = new Set(["Tab", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight"]);
  const root = document.documentElement;

  let settings = { speech: "ask", headphones: "none" };
  let screen = null; // the screen of now; nothing older is kept
  let on = false;
  let inPrivate = false;
  let paused = false;
  let context = null; // browsers allow it from the first touch or key on
  let volume = null;
  let playing = null;
  let turn = 0; // what is being told; a newer turn ends an older one
  let kept = new Map(); // decoded clips of this screen, by address
  let cueTold = "";
  let cueToldAt = 0;
  let cueTimer = 0;

  // ---- one clip --------------------------------------------------------------------------------

  function unlock() {
    if (!context && window.AudioContext) {
      context = new AudioContext();
      volume = new GainNode(context, { gain: loudness() });
      volume.connect(context.destination);
      if (on && screen) tellAll();
    }
    if (context?.state === "suspended" && !paused) context.resume();
  }

  function loudness() {
    return root.classList.contains("louder") ? GAIN.louder : GAIN.plain;
  }

  async function load(address) {
    if (!context || !address) return null;
    if (!kept.has(address)) kept.set(address, decoded(address));
    return kept.get(address);
  }

  async function decoded(address) {
    const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
    if (answer?.status !== 200) return null;
    return answer.arrayBuffer().then((data) => context.decodeAudioData(data)).catch(() => null);
  }

  async function play(buffer) {
    const gain = new GainNode(context, { gain: 1 });
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(gain).connect(volume);
    playing = { source, gain };
    const ended = new Promise((done) => source.addEventListener("ended", done));
    source.start();
    let left_ms = buffer.duration * 1000 + LATE_MS;
    while (left_ms > 0 && !(await Promise.race([ended.then(() => true), rest(250)]))) if (!paused) left_ms -= 250;
    playing = null;
  }

  function hush() {
    clearTimeout(cueTimer);
    cueTimer = 0;
    if (!playing) return;
    const { source, gain } = playing;
    gain.gain.setTargetAtTime(0, context.currentTime, FADE_S / 3);
    source.stop(context.currentTime + FADE_S);
  }

  function rest(wait_ms) {
    return new Promise((done) => setTimeout(done, wait_ms));
  }

  /** For what has no clip in this language: that there is something new. */
  function tone() {
    const bell = new OscillatorNode(context, { frequency: 587 });
    const gain = new GainNode(context, { gain: 0.12 });
    gain.gain.setTargetAtTime(0, context.currentTime + 0.05, 0.08);
    bell.connect(gain).connect(volume);
    bell.start();
    bell.stop(context.currentTime + 0.5);
  }

  // ---- one screen ------------------------------------------------------------------------------

  async function tell(items) {
    const mine = ++turn;
    hush();
    let silent = 0;
    for (const item of items) {
      const buffers = await Promise.all(item.sounds.map(load));
      if (mine !== turn) return;
      const voiced = buffers.filter(Boolean);
      if (!voiced.length && context && !silent++) tone();
      announce(item, voiced.length > 0);
      for (const buffer of voiced) {
        await play(buffer);
        if (mine !== turn) return;
      }
      await rest(GAP_MS);
      if (mine !== turn) return;
    }
  }

  /** A caption for those who do not hear, and the log of a test: never a row's value. */
  function announce(item, voiced) {
    const { kind, id, text, button = "" } = item;
    document.dispatchEvent(new CustomEvent("kiosk-said", { detail: { kind, id, text, button, voiced } }));
  }

  function spoken(item) {
    if (item.kind === "button") return asButton(item);
    const personal = item.private && inPrivate ? [item.private] : [];
    return { ...item, sounds: [item.sound, ...personal] };
  }

  function asButton(item) {
    const word = screen.phrases["page-button"];
    return { ...item, text: `${word.text}: ${item.text}`, sounds: [word.sound, item.sound] };
  }

  function phrase(id) {
    const item = screen.phrases?.[id];
    return item ? [{ ...item, sounds: [item.sound] }] : [];
  }

  function tellAll(first = []) {
    const words = screen.say.filter((each) => each.kind !== "button").map(spoken);
    const hidden = !inPrivate && screen.say.some((each) => each.private) ? phrase("page-hidden") : [];
    const buttons = screen.say.filter((each) => each.kind === "button").map(asButton);
    cueTold = screen.say.find((each) => each.kind === "cue")?.id || "";
    cueToldAt = performance.now();
    tell([...first, ...words, ...hidden, ...buttons]);
  }

  /** Advice changes many times a second; what stands is said, and not more often than it is heard. */
  function tellCue() {
    const item = screen.say.find((each) => each.kind === "cue");
    clearTimeout(cueTimer);
    if (!item || item.id === cueTold) return;
    cueTimer = setTimeout(() => {
      cueTold = item.id;
      cueToldAt = performance.now();
      tell([spoken(item)]);
    }, Math.max(CUE_STANDS_MS, cueToldAt + CUE_EVERY_MS - performance.now()));
  }

  function arrive(next) {
    const before = screen;
    screen = { say: [], phrases: {}, ...next };
    const same = before && before.name === next.name && before.title === next.title && before.language === next.language;
    if (next.name === "attract" && before?.name !== "attract") forget();
    if (!same) {
      kept = new Map();
      setPaused(false);
    }
    mark();
    if (!on) return;
    if (same) tellCue();
    else tellAll();
  }

  /** The next traveller asks anew. */
  function forget() {
    on = settings.speech === "always";
    inPrivate = settings.headphones === "always";
    turn += 1;
    hush();
  }

  // ---- what the traveller wishes ---------------------------------------------------------------

  /** Whatever other code does with the tools, they show what is so. */
  function mark() {
    for (const [name, is] of Object.entries({ speech: on, headphones: inPrivate, pause: paused })) {
      root.classList.toggle(name, is);
      document.querySelector(`[data-tool="${name}"]`)?.setAttribute("aria-pressed", String(is));
    }
    root.dataset.headphones = settings.headphones;
    if (volume) volume.gain.setTargetAtTime(loudness(), context.currentTime, 0.05);
  }

  function setPaused(is) {
    paused = is;
    if (is) context?.suspend();
    else context?.resume();
  }

  function start() {
    on = true;
    tellAll([...phrase("page-speech-on"), ...phrase("page-keys")]);
  }

  const TOOLS = {
    speech() {
      if (!on) return start();
      on = false;
      turn += 1;
      hush();
    },
    repeat() { if (on) tellAll(); },
    pause() { setPaused(!paused); },
    headphones() {
      if (settings.headphones !== "ask") return;
      inPrivate = !inPrivate;
      if (on && inPrivate) tellAll(phrase("page-headphones-on"));
    },
  };

  function choose(event) {
    const tool = event.target.closest("[data-tool]")?.dataset.tool;
    if (!tool || !screen) return;
    TOOLS[tool]?.();
    setTimeout(mark, 0);
  }

  function listen(event) {
    if (!on || !screen) return;
    const { button, tool, key } = event.target.closest("[data-button],[data-tool],[data-key]")?.dataset || {};
    const item = screen.say.find((each) => button && each.button === button);
    if (item) tell([asButton(item)]);
    else if (tool || key?.length > 1) {
      const text = event.target.getAttribute("aria-label") || "";
      const [kind, id] = tool ? ["tool", `tool-${tool}`] : ["key", `key-${key}`];
      tell([{ kind, id, text, sounds: [`/sound/${screen.language}/${id}`] }]);
    } else if (key) spell(key);
  }

  function spell(character) {
    const known = inPrivate && /^[0-9A-Za-z]$/.test(character);
    const sounds = known ? [`/sound/${screen.language}/character-${character.toLowerCase()}`] : [];
    tell([{ kind: "key", id: "", text: "", sounds }]);
  }

  document.addEventListener("pointerdown", unlock, true);
  document.addEventListener("keydown", (event) => {
    unlock();
    if (on || screen?.name !== "attract" || !STARTS.has(event.key)) return;
    event.preventDefault(); // the first key asks for the voice and does nothing else
    event.stopPropagation();
    start();
    mark();
  }, true);
  document.addEventListener("click", choose);
  document.addEventListener("focusin", listen);
  document.addEventListener("kiosk-typed", (event) => { if (on) spell(event.detail.character); });
  document.addEventListener("kiosk-screen", (event) => arrive(event.detail));
  fetch("/sound/settings").then((answer) => answer.json()).then((told) => {
    settings = told;
    if (!on) forget();
    mark();
  }).catch(() => null);
}
