// The officer's page: draws what the kiosk says now, keeps nothing of it, and asks the officer's own key to sign.
'use strict';
const $ = id => document.getElementById(id);
const AWAY = { away: true, calls: [] };
const LETTERS = [...'ABCDEFGHIJ'];
const GROUNDS = ['compared_by_eye', 'document_checked_by_hand', 'checked_at_the_desk', 'fault_of_the_kiosk', 'other_ground'];
const ORDER = ['failed', 'not_done', 'passed', 'not_applicable'];
let words = {}, tags = [], tag = '', live = AWAY, at = 0, source = null, shown = {}, asked = null, here = 0;

const say = id => words[id] ?? id;
const told = (kind, code) => words[`${kind}-${code.replaceAll(/[._]/g, '-')}`] ?? code;
const fromText = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
const toText = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const element = (name, text, ...kinds) => { const e = document.createElement(name); e.textContent = text; e.classList.add(...kinds); return e; };
const age = seconds => { const s = Math.max(0, Math.round(seconds + (performance.now() - at) / 1000)); return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`; };

async function post(name, body = {}) {
  try {
    const answer = await fetch(`/api/${name}`, { method: 'POST', body: JSON.stringify(body), cache: 'no-store' });
    const said = await answer.json().catch(() => ({ why: 'not_a_request' }));
    if (answer.ok) return said;
    if (answer.status === 401) { tell('why', 'signed_out'); listen(); } else tell('why', said.why);
  } catch { tell('why', 'kiosk_away'); }
  return null;
}

function tell(kind, code) {
  $('said').textContent = kind ? told(kind, code) : '';
  $('said').hidden = !kind;
}

// ---- the kiosk's word -------------------------------------------------------------------------

function listen() {
  source?.close();
  source = new EventSource('/events');
  source.addEventListener('live', event => { live = JSON.parse(event.data); at = performance.now(); draw(); });
  source.onerror = () => { live = AWAY; draw(); };
}

function draw() {
  const state = live.away ? 'away' : live.signed_in ? 'signed' : 'out';
  document.body.dataset.state = state;
  $('kiosk').textContent = live.kiosk ?? '…';
  $('line').textContent = say(live.away ? 'line-away' : 'line-there');
  drawCalls();
  $('gate').hidden = state !== 'out';
  $('board').hidden = state !== 'signed';
  if (!live.now) wipe();
  if (state !== 'signed') { $('stored').replaceChildren(); return; }
  if (live.now) drawVisit(live.now);
  drawStored();
}

function drawCalls() {
  const loud = live.calls.some(call => !call.answered);
  $('calls').hidden = !live.calls.length;
  $('call-list').replaceChildren(...live.calls.map(call => {
    const item = element('li', `${told('call', call.reason)} · ${age(call.age_s)}`);
    item.dataset.answered = call.answered;
    return item;
  }));
  $('acknowledge').disabled = !loud;
  sound.call(loud);
}

function wipe() {
  for (const id of ['step', 'findings', 'rows', 'checks', 'reasons']) $(id).replaceChildren();
  for (const role of ['document_portrait', 'live_face']) blank(role);
  if (asked?.live) { asked = null; $('decision').close(); $('decision-over').textContent = ''; $('choices').replaceChildren(); }
  shown = {};
  $('visit-body').hidden = true;
  $('nobody').hidden = false;
}

function blank(role) { const canvas = $(role); canvas.width = canvas.height = 0; }

function drawVisit(now) {
  if (shown.crossing !== now.crossing) { wipe(); shown = { crossing: now.crossing }; }
  $('nobody').hidden = true;
  $('visit-body').hidden = false;
  const parts = [told('screen', now.screen), age(now.step_age_s), `${say('since-start')} ${age(now.visit_age_s)}`];
  if (now.tries_left) parts.push(`${say('tries-left')} ${now.tries_left}`);
  if (now.helped) parts.push(say('helped')); else if (now.called) parts.push(say('called'));
  $('step').textContent = parts.join(' · ');
  drawFindings(now);
  $('reasons').replaceChildren(...now.reasons.map(code => element('li', told('reason', code))));
  $('rows').replaceChildren(...now.rows.flatMap(row => [element('dt', told('row', row.name)), element('dd', row.value)]));
  $('checks').replaceChildren(...alike([...now.checks, ...now.fingers]).map(check));
  for (const role of ['document_portrait', 'live_face']) if (now.pictures.includes(role)) picture(role); else blank(role);
  document.querySelector('[data-act=assist]').disabled = now.helped;
  document.querySelector('[data-act=leave]').disabled = !now.helped;
}

// Checks that came to the same for the same reason stand in one line; each that failed stands alone.
function alike(checks) {
  const groups = new Map();
  for (const one of [...checks].sort((a, b) => ORDER.indexOf(a.result) - ORDER.indexOf(b.result))) {
    const key = one.result === 'failed' ? one.code : `${one.result} ${one.why}`;
    const group = groups.get(key) ?? { ...one, names: [] };
    group.names.push(told('check', one.code));
    groups.set(key, group);
  }
  return [...groups.values()];
}

function check(one) {
  const item = element('li', one.names.join(' · ')), became = element('span', told('result', one.result), one.result);
  if (one.why) became.append(' ', element('small', told('because', one.why)));
  item.append(became);
  return item;
}

function drawFindings(now) {
  const liveness = element('p', `${say('liveness')}: `), same = element('p', `${say('comparison')}: `);
  liveness.append(element('span', told('liveness', now.liveness), now.liveness));
  same.append(element('span', told('compared', now.compared.decision), now.compared.decision));
  if (now.compared.decision !== 'not_done')
    same.append(` ${say('score')} ${now.compared.score.toFixed(3)}, ${say('threshold')} ${now.compared.threshold.toFixed(3)}`);
  const asks = now.challenges.map(one => { const p = element('p', `${told('challenge', one.code)}: `); p.append(element('span', told('became', one.result))); return p; });
  $('findings').replaceChildren(same, liveness, ...asks);
}

// A picture goes from the answer to the canvas: no address of it, no copy of it, no cache.
async function picture(role) {
  const crossing = shown.crossing;
  if (shown[role]) return;
  shown[role] = true;
  try {
    const answer = await fetch(`/picture/${role}`, { cache: 'no-store' });
    if (!answer.ok) throw new Error(role);
    const bitmap = await createImageBitmap(await answer.blob());
    if (shown.crossing === crossing && live.now) {
      const canvas = $(role);
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
      canvas.getContext('2d').drawImage(bitmap, 0, 0);
    }
    bitmap.close();
  } catch { if (shown.crossing === crossing) shown[role] = false; }
}

function drawStored() {
  $('none-recent').hidden = live.stored.length > 0;
  $('stored').replaceChildren(...live.stored.map(one => {
    const item = element('li', ''), acts = element('div', '', 'acts');
    const outcome = one.decided ? told('decided', one.decided) : told('outcome', one.outcome);
    item.append(element('b', one.code), `${outcome} · ${age(one.age_s)}`);
    item.append(element('div', one.reasons.map(code => told('reason', code)).join(', ')), acts);
    if (!one.decided) for (const action of one.reasons.length ? ['let_pass', 'refuse'] : ['refuse']) {
      const button = element('button', told('act', action));
      button.type = 'button';
      button.dataset.decide = action;
      button.addEventListener('click', () => open(action, one.crossing, one.reasons, one.code, false));
      acts.append(button);
    }
    return item;
  }));
}

// ---- the officer's word ------------------------------------------------------------------------

function open(action, crossing, reasons, name, ofNow) {
  asked = { action, crossing, live: ofNow };
  $('decision-title').textContent = `${told('act', action)}: ${name}`;
  $('decision-over').textContent = reasons.length ? `${say(action === 'refuse' ? 'decision-found' : 'decision-over')} ${reasons.map(code => told('reason', code)).join(', ')}` : '';
  const codes = action === 'refuse' ? LETTERS : GROUNDS;
  $('choices').replaceChildren(...codes.map(code => {
    const label = element('label', ''), choice = document.createElement('input');
    Object.assign(choice, { type: 'radio', name: 'ground', value: code });
    label.append(choice, action === 'refuse' ? `${code}: ${say(`refusal-${code}`)}` : told('ground', code));
    return label;
  }));
  $('decision').showModal();
}

async function decide() {
  const chosen = document.querySelector('#choices input:checked')?.value, wish = asked;
  if (!chosen || !wish) return;
  const refuse = wish.action === 'refuse';
  $('decision').close();
  const ask = await post('decide/ask', {
    crossing: wish.crossing, action: wish.action, reason: refuse ? 'entry_refused' : chosen, refusal_reason: refuse ? chosen : '',
  });
  const signature = ask && await signed(ask);
  if (signature && await post('decide', signature)) tell('done', wish.action);
}

async function signed(ask) {
  try {
    const answer = await navigator.credentials.get({ publicKey: {
      challenge: fromText(ask.challenge), rpId: live.rp_id, userVerification: 'required', timeout: 60000,
      allowCredentials: ask.credentials.map(id => ({ type: 'public-key', id: fromText(id) })),
    } });
    const made = answer.response;
    return { challenge: ask.challenge, credential_id: toText(answer.rawId), authenticator_data: toText(made.authenticatorData),
      client_data: toText(made.clientDataJSON), signature: toText(made.signature) };
  } catch { tell('why', 'no_signature'); return null; }
}

async function signIn() {
  tell();
  sound.allow();
  const ask = await post('sign-in/ask');
  if (ask && !ask.credentials.length) { tell('why', 'nobody_registered'); return; }
  const signature = ask && await signed(ask);
  if (signature && await post('sign-in', signature)) { tell(); listen(); }
}

async function register() {
  const code = $('code').value;
  const ask = await post('register/ask', { code });
  if (!ask) return;
  try {
    const id = new TextEncoder().encode(`${live.kiosk}/${ask.officer}`);
    const made = (await navigator.credentials.create({ publicKey: {
      challenge: fromText(ask.challenge), rp: { id: live.rp_id, name: say('page-name') },
      user: { id, name: ask.officer, displayName: ask.officer }, pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      authenticatorSelection: { userVerification: 'required' }, attestation: 'none', timeout: 60000,
      excludeCredentials: ask.credentials.map(one => ({ type: 'public-key', id: fromText(one) })),
    } })).response;
    const done = await post('register', { code, challenge: ask.challenge, authenticator_data: toText(made.getAuthenticatorData()), client_data: toText(made.clientDataJSON) });
    if (done) { $('code').value = ''; tell('done', 'registered'); }
  } catch { tell('why', 'no_signature'); }
}

// ---- the page itself ----------------------------------------------------------------------------

async function speak(wanted) {
  const answer = await (await fetch(`/words/${wanted}`)).json();
  ({ words, languages: tags, tag } = answer);
  document.documentElement.lang = tag;
  document.title = say('page-name');
  for (const e of document.querySelectorAll('[data-word]')) e.textContent = say(e.dataset.word);
  $('language').textContent = say('other-language');
  draw();
  return answer.first;
}

function isHere() {
  if (live.signed_in && performance.now() - here > 60000) { here = performance.now(); post('act', { what: 'here' }); }
}

$('language').addEventListener('click', () => speak(tags[(tags.indexOf(tag) + 1) % tags.length]));
$('sound').addEventListener('click', () => sound.allow());
$('sign-in').addEventListener('click', signIn);
$('sign-out').addEventListener('click', async () => { await post('sign-out'); listen(); });
$('register').addEventListener('submit', event => { event.preventDefault(); register(); });
$('acknowledge').addEventListener('click', () => post('act', { what: 'acknowledge' }));
$('sign').addEventListener('click', decide);
for (const button of document.querySelectorAll('[data-act]'))
  button.addEventListener('click', () => live.now && post('act', { what: button.dataset.act, crossing: live.now.crossing }));
for (const button of document.querySelectorAll('#visit [data-decide]'))
  button.addEventListener('click', () => live.now && open(button.dataset.decide, live.now.crossing, live.now.reasons, say('this-visit'), true));
for (const kind of ['pointerdown', 'keydown']) document.addEventListener(kind, () => { isHere(); if (sound.context) sound.allow(); });
setInterval(() => { if (!live.away) { drawCalls(); if (live.now) drawVisit(live.now); } }, 1000);
speak('en').then(first => first !== 'en' && speak(first));
listen();
