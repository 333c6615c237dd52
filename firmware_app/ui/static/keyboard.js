// The kiosk's own keyboard: one field, keys by script, for fingers, a tactile keypad and real keys.
"use strict";
const keyboard = (() => {
  const HOLD_MS = 500;
  const BLOCKS = { // rows of keys; " " leaves a gap, the words are keys that do something
    latin: [["A", "B", "C", "D", "E", "F", "G", "H", "I", "'", "-", "accents"],
      ["J", "K", "L", "M", "N", "O", "P", "Q", "R", "erase"],
      ["S", "T", "U", "V", "W", "X", "Y", "Z", "space"]],
    accents: [["À", "Á", "Â", "Ä", "Ç", "É", "È", "Ê", "Ë", "'", "-", "accents"],
      ["Î", "Ï", "Í", "Ñ", "Ó", "Ô", "Ö", "Ù", "Û", "Ü", "Ğ", "erase"],
      ["Ş", "İ", "Ɓ", "Ɗ", "Ƙ", "Ƴ", "Ɛ", "Ɔ", "Ŋ", "Ɲ", "space"]],
    mrz: [["A", "B", "C", "D", "E", "F", "G", "H", "I", "1", "2", "3", "erase"],
      ["J", "K", "L", "M", "N", "O", "P", "Q", "R", "4", "5", "6"],
      ["S", "T", "U", "V", "W", "X", "Y", "Z", " ", "7", "8", "9", "0"]],
    digits: [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"], ["0", "erase"]],
    arabic: [[..."ابتثجحخدذرزس"], [..."شصضطظعغفقكلم"], [..."نهويءأإآةىؤئ"], ["-", "space", "erase"]],
    ethiopic: [[..."ሀለሐመሠረሰሸቀበተቸ"], [..."ኀነኘአከኸወዐዘዠየደ"], [..."ጀገጠጨጰጸፀፈፐቨ", "space", "erase"]],
  };
  const COLUMNS = { latin: 12, accents: 12, mrz: 13, digits: 3, arabic: 12, ethiopic: 12 };
  const WIDE = { accents: { space: 2 }, latin: { space: 4, erase: 3 }, digits: { erase: 2 }, arabic: { space: 8, erase: 3 } };
  const ACCENTED = BLOCKS.accents.flat().filter((each) => each.length === 1);
  const LOCAL = { ar: 0x0660 }; // where the digits that people write are not 0-9: the first of them
  const DATES = new Set(["birth", "expiry"]);
  const TAKES = { latin: /^[\p{Script=Latin}' -]$/u, mrz: /^[A-Z0-9]$/, digits: /^[0-9]$/, arabic: /^[\p{Script=Arabic}\p{Script=Latin}' -]$/u, ethiopic: /^[\p{Script=Ethiopic}\p{Script=Latin}' -]$/u };
  const box = document.getElementById("entry");
  const keys = document.getElementById("keys");
  let entry = null;
  let typed = [];
  let at = 0; // where the next sign goes
  let layer = "";
  let screen = null;
  let holding = 0;
  let held = false;

  /** Show the screen's field, or nothing; what was typed stays while the field is the same. */
  function show(next) {
    screen = next;
    const key = JSON.stringify([next.entry, next.language]);
    document.getElementById("kiosk").dataset.entry = next.entry?.alphabet || "";
    if (box.drawnFrom === key) return;
    box.drawnFrom = key;
    entry = next.entry || null;
    typed = [...(entry?.value || "")];
    at = typed.length;
    layer = entry?.alphabet || "";
    box.hidden = keys.hidden = !entry;
    drawField();
    drawKeys();
  }

  const cells = () => entry && entry.alphabet !== "latin" && entry.length_max <= 10 && !TAKES[entry.alphabet].test("-");

  function drawField() {
    if (!entry) return box.replaceChildren();
    const field = document.createElement("div");
    field.className = `field${cells() ? " cells" : ""}${DATES.has(entry.field) ? " date" : ""}`;
    field.setAttribute("role", "textbox");
    field.setAttribute("aria-readonly", "true");
    field.setAttribute("aria-label", screen.title);
    field.dir = TAKES[entry.alphabet].test("ا") ? "auto" : "ltr";
    const length = cells() ? Math.max(entry.length_max, typed.length) : typed.length;
    for (let place = 0; place < length; place++) field.append(sign(place));
    if (at >= length) field.append(Object.assign(document.createElement("i"), { className: "caret" }));
    const hint = Object.assign(document.createElement("p"), { className: "hint", textContent: entry.hint });
    hint.setAttribute("role", "status");
    box.replaceChildren(field, ...(entry.hint ? [hint] : []));
  }

  /** One sign; to touch it puts the next one before it. A doubtful one is marked by colour and form. */
  function sign(place) {
    const element = document.createElement("span");
    element.textContent = typed[place] === " " ? "\u00a0" : typed[place] ?? "";
    const doubtful = entry.wrong.includes(place) && typed[place] === [...entry.value][place];
    element.className = [doubtful ? "wrong" : "", place === at ? "here" : ""].join(" ").trim();
    element.addEventListener("click", () => { at = Math.min(place, typed.length); drawField(); });
    return element;
  }

  function drawKeys() {
    keys.dataset.layer = layer;
    keys.style.setProperty("--columns", COLUMNS[layer] || 1);
    const upright = layer !== "digits" && matchMedia("(orientation: portrait)").matches;
    if (upright) keys.style.setProperty("--columns", 7);
    const flat = (entry ? BLOCKS[layer] : []).flat();
    const names = upright ? flat.filter((each) => each !== " ").sort((one, other) => rank(one) - rank(other)) : flat;
    keys.dir = layer === "arabic" ? "rtl" : "ltr";
    keys.replaceChildren(...(layer === "ethiopic" ? [vowels("")] : []), ...names.map(key));
  }

  /** On an upright glass letters come first, then digits, then what does something. */
  const rank = (name) => (name.length > 1 ? 2 : /\d/.test(name) ? 1 : 0);

  function key(name) {
    const element = document.createElement(name === " " ? "span" : "button");
    if (name === " ") return element;
    element.type = "button";
    element.dataset.key = name;
    element.className = `key${name.length > 1 ? ` ${name}` : /\d/.test(name) ? " digit" : ""}`;
    const span = WIDE[layer]?.[name];
    if (span) element.style.setProperty("--span", span);
    if (layer === "mrz" && name === "erase") element.classList.add("tall");
    if (name.length > 1) {
      element.setAttribute("aria-label", screen.words[name] || name);
      element.setAttribute("aria-pressed", String(name === "accents" && layer === "accents"));
      if (name !== "accents") element.removeAttribute("aria-pressed");
      element.append(icon(`key-${name}`));
    } else element.append(...face(name));
    return element;
  }

  /** A digit shows the form that people write, and beneath it the one of the document. */
  function face(name) {
    const first = LOCAL[screen.language];
    if (!first || !/\d/.test(name)) return [name];
    const small = Object.assign(document.createElement("small"), { textContent: name });
    return [String.fromCharCode(first + Number(name)), small];
  }

  // ---- Ethiopic: the consonant first, then one of its vowels ------------------------------------

  function vowels(consonant) {
    const row = document.createElement("div");
    row.className = "vowels";
    const first = consonant.codePointAt(0);
    for (let order = 0; consonant && order < 7; order++) {
      const each = key(String.fromCodePoint(first + order));
      each.dataset.vowel = String(order);
      row.append(each);
    }
    return row;
  }

  // ---- what a key does ---------------------------------------------------------------------------

  function press(element) {
    const name = element.dataset.key;
    if (held) { held = false; return; }
    if (name === "accents") {
      layer = layer === "accents" ? "latin" : "accents";
      drawKeys();
      keys.querySelector(".accents").focus();
    } else if (name === "erase") erase();
    else if (element.dataset.vowel !== undefined) vowel(name);
    else {
      insert(name === "space" ? " " : name);
      if (layer === "ethiopic" && TAKES.ethiopic.test(name) && name.length === 1) keys.querySelector(".vowels").replaceWith(vowels(name));
    }
  }

  function vowel(syllable) {
    if (at) typed.splice(at - 1, 1, syllable);
    heard(syllable);
  }

  function insert(character) {
    if (character === " " && (!at || typed[at - 1] === " ")) return;
    if (typed.length >= entry.length_max) return;
    typed.splice(at, 0, character);
    at += 1;
    heard(character);
  }

  function erase() {
    if (at) typed.splice(--at, 1);
    else typed.shift();
    if (layer === "ethiopic") keys.querySelector(".vowels").replaceWith(vowels(""));
    heard("");
  }

  function heard(character) {
    drawField();
    document.dispatchEvent(new CustomEvent("kiosk-typed", { detail: { character } }));
  }

  /** A real key: true where it was for the field. */
  function real(event) {
    if (!entry || event.ctrlKey || event.altKey || event.metaKey) return false;
    if (event.key === "Backspace") { erase(); return true; }
    if ([...event.key].length !== 1 || (event.key === " " && event.target.closest("button"))) return false;
    const one = plain(event.key);
    if (TAKES[entry.alphabet].test(one)) insert(one);
    return true;
  }

  function plain(character) {
    const code = character.codePointAt(0);
    if (code >= 0x0660 && code <= 0x0669) return String(code - 0x0660);
    return character.toLocaleUpperCase("en");
  }

  // ---- a letter that is held offers its accents --------------------------------------------------

  function hold(element) {
    const forms = ACCENTED.filter((each) => layer === "latin" && each !== element.dataset.key && each.normalize("NFD")[0] === element.dataset.key);
    if (!forms.length) return;
    holding = setTimeout(() => {
      held = true; // the finger's going up types nothing
      const row = document.createElement("div");
      row.className = "forms";
      row.append(...forms.map(key));
      keys.querySelector(".forms")?.remove();
      keys.prepend(row);
    }, HOLD_MS);
  }

  keys.addEventListener("pointerdown", (event) => {
    const element = event.target.closest("[data-key]");
    held = false;
    if (element && !element.closest(".forms")) keys.querySelector(".forms")?.remove();
    if (element) hold(element);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) keys.addEventListener(end, () => clearTimeout(holding));
  keys.addEventListener("click", (event) => {
    const element = event.target.closest("[data-key]");
    if (!element || !entry) return;
    press(element);
    if (element.closest(".forms")) element.closest(".forms").remove();
  });

  return { show, real, text: () => typed.join("").trim() };
})();
