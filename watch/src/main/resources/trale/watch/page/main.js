// Where everything meets: the events' source (a recording in this file, or a live program), the place in time, the keys.
import { $, h } from './dom.js';
import { DONE, History, SLEEP } from './history.js';
import { Live } from './live.js';
import { showChain, showClock, showStage } from './stage.js';
import { notes, showKernel, showReactor, showTimers, tree } from './panels.js';
import { waitText } from './model.js';
import { nextLine, path, taskPanel } from './machine.js';
import { Timeline } from './timeline.js';
import { Tour } from './tour.js';
import { showLegend } from './legend.js';

const recording = document.getElementById('recording');
const page = recording ? undefined : document.documentElement.cloneNode(true); // as it came, for the file that is saved
const history = new History();
const statics = { sources: {}, machines: {} };
let state = history.state;
let live; // undefined: a recording
let selected = 0, follows = true; // the selection follows the task that is polled until one is chosen
let depth, marked, tab = 'task';
let playing = false, speed = 1;
let goal; // { test, then, stays, from }: what is being run to; `stays`: if that does not come, all is as it was
let said = {}, lost = false, arrived = 0; // what the banner says until something is done; the connection is lost; when the last events came
let now = 0; // ns: between two events while it plays
let dirty = true, moves = false, rest = 0, before = 0;

const timeline = new Timeline(history, seek, select);
timeline.changed = redraw;
const tour = new Tour($('#tour'), { h, state: () => state, begin: () => seek(0), giveUp, pursue: (test, then) => pursue(test, then, true) });

function redraw() {
  dirty = true;
}

function go(seq, animated) {
  if (seq === state.seq) return;
  moves = animated && Math.abs(seq - state.seq) < 8;
  state = history.to(seq);
  now = state.t;
  if (follows) selected = state.latest || selected;
  dirty = true;
}

function seek(seq) {
  pause();
  go(Math.max(0, Math.min(seq, history.length)), true);
}

function select(task) {
  selected = task;
  follows = false;
  depth = undefined;
  if (tab === 'notes') tab = 'task';
  redraw();
}

function pursue(test, then, stays) {
  if (playing) pause();
  goal = { test, then, stays, from: state.seq };
  redraw();
}

function giveUp() {
  goal = undefined;
  redraw();
}

function reach() {
  if (!goal) return;
  const { test, then, stays, from } = goal, i = history.find(from, test);
  goal.from = history.length;
  if (i >= 0) {
    goal = undefined;
    go(i + 1, true);
    then?.(history.events[i]);
  } else if (!runs()) {
    goal = undefined;
    if (!stays) go(history.length, true);
    then?.();
  } else {
    go(history.length, true);
    if (live.held) live.post('step');
  }
}

// Whether more may happen.
const runs = () => live && !live.ended;

const forward = () => pursue(() => true);
const forwardPoll = () => pursue(e => e.k === 'pend' || e.k === 'end');

function back() {
  seek(state.seq - 1);
}

function backPoll() {
  pause();
  seek(history.find(state.seq - 2, e => e.k === 'pend' || e.k === 'end', -1) + 1);
}

function runUntil() {
  const what = $('#until').value, from = state.seq;
  if (what === 'task' && !selected) return tell('Select a task first: click its card, or press J.');
  if (what === 'line' && !marked) return tell('Mark a line first: M marks the next with an await, or click its number.');
  pursue({
    wake: e => e.k === 'wake', task: e => e.k === 'poll' && e.task === selected, diagnosis: e => e.k === 'diagnosis' && !e.over,
    line: e => e.k === 'pend' && e.lines?.some(l => `${path(l)}:${l.line}` === marked),
  }[what], e => e || tell(state.seq === from ? 'Nothing happens after this.' : 'It did not happen again.'));
}

function play() {
  goal = undefined;
  if (!runs() && state.seq === history.length) go(0);
  playing = true;
  if (runs() && speed === 0) go(history.length);
  if (runs() && live.paused && speed === 0) live.post('resume');
  if (runs() && !live.paused && speed > 0) live.post('pause');
  redraw();
}

function pause() {
  goal = undefined;
  if (runs() && !live.paused) live.post('pause');
  playing = false;
  redraw();
}

// How long an event stays before the next, in ms at a walk.
const STAYS = { poll: 520, pend: 620, end: 620, wake: 520, spawn: 460, ready: 420, timer: 360, cancel: 420, call: 200, sleep: 420, diagnosis: 900 };

function advance(passed) {
  if (!playing) return;
  const next = history.events[state.seq];
  if (!next) {
    if (!runs()) playing = false;
    else if (live.held && speed > 0) live.post('step');
    if (!playing) redraw();
    return;
  }
  if (speed === 0) {
    if (runs()) return go(history.length);
    now += passed * 1e6;
    const seq = history.at(now), time = now;
    if (seq > state.seq) go(seq, true);
    now = Math.min(time, history.lanes.end);
    dirty = true;
    return;
  }
  const stays = state.seq ? STAYS[history.events[state.seq - 1].k] ?? 60 : 60, gap = Math.max(0, (next.t ?? state.t) - state.t);
  const whole = (stays + (gap > 2e6 ? 700 : 0)) / speed;
  rest += passed;
  if (gap > 2e6) {
    now = state.t + gap * Math.min(1, rest / whole);
    dirty = true;
  }
  if (rest < whole) return;
  rest = speed > 4 ? rest - whole : 0;
  go(state.seq + 1, true);
}

function frame(time) {
  const passed = Math.min(100, time - before);
  before = time;
  reach();
  advance(passed);
  if (idle() !== ($('#banner').dataset.kind === 'wait')) redraw();
  if (dirty) render();
  requestAnimationFrame(frame);
}

function render() {
  dirty = false;
  const scroll = $('#task .body').scrollTop; // before anything changes, or the page would be laid out twice
  showStage(state, { selected, select: choose, moves: moves && !matchMedia('(prefers-reduced-motion: reduce)').matches, now });
  moves = false;
  showChain(state, select);
  showClock(state, now, history.length);
  showReactor(state, select);
  showTimers(state, now, select);
  showKernel(state);
  side(scroll);
  timeline.draw(state, selected);
  $('#play').setAttribute('aria-pressed', playing);
  for (const [i, unit] of [...$('#axis').children].entries()) current(unit, (timeline.axis === 't') === (i === 1));
  $('#follow').setAttribute('aria-pressed', follows);
  $('#run').setAttribute('aria-pressed', !!goal);
  showBanner();
  $('#back').disabled = $('#first').disabled = $('#back-poll').disabled = state.seq === 0;
  $('#step').disabled = $('#step-poll').disabled = $('#last').disabled = state.seq === history.length && !runs();
  const start = state.start ?? history.events[0];
  $('#program').replaceChildren(h('b', {}, start?.program ?? start?.executor ?? ''), h('span', { class: 'badge', 'data-live': !!runs() },
    !live ? 'recording' : live.ended ? 'has ended' : lost ? 'does not answer' : live.paused ? 'live, held' : 'live'), ...(start?.simulated ? [h('span', { class: 'badge' }, 'simulated')] : []));
}

function show(which) {
  tab = which;
  redraw();
}

function choose(task) {
  tab = 'task';
  select(task);
}

function side(scroll) {
  const body = $('#task .body');
  for (const name of ['task', 'tree', 'notes']) $(`#tab-${name}`).setAttribute('aria-selected', tab === name);
  const listed = state.notes.size + state.logs.length;
  $('#tab-notes').textContent = listed ? `Diagnoses ${listed}` : 'Diagnoses';
  $('#tab-notes').dataset.some = listed > 0;
  const content = tab === 'tree' ? [tree(state, select, selected)] : tab === 'notes' ? [notes(state, select)]
    : taskPanel(state, state.tasks.get(selected), statics, { depth, goDown: i => { depth = i; redraw(); }, mark: key => markLine(marked === key ? undefined : key), marked, selected });
  body.replaceChildren(...content);
  if (scroll) body.scrollTop = scroll;
}

function current(element, is) {
  if (is) element.setAttribute('aria-current', 'true');
  else element.removeAttribute('aria-current');
}

function tell(text, kind = '') {
  said = { text, kind };
  redraw();
}

function showBanner() {
  const { text, kind } = lost ? { text: LOST, kind: 'lost' } : said.text ? said : idle() ? { text: waitsFor(), kind: 'wait' } : { text: '', kind: '' };
  const banner = $('#banner');
  if (banner.textContent !== text) banner.textContent = text;
  banner.hidden = !text;
  banner.dataset.kind = kind;
}

const LOST = 'The program does not answer: it was killed, or its watch was closed. Its last events may be missing. What came from it is here, and R saves it. This page asks again.';

// Whether what is asked for has to wait, and for longer than one would notice.
function idle() {
  return !!runs() && !lost && !said.text && !live.held && (!!goal || playing && speed > 0 && state.seq === history.length)
    && performance.now() - arrived > 400 && history.lanes.thread.kinds.at(-1) === SLEEP;
}

function waitsFor() {
  const from = [...state.tasks.values()].filter(task => task.where === 'waiting' && task.for?.some(f => f.what === 'fd' || f.what === 'timer'));
  const listener = from.flatMap(task => task.for).find(f => /^TcpListener/.test(f.text ?? ''))?.text;
  const why = from.slice(0, 3).map(task => `#${task.id} for ${waitText(task.for)}`).join(', ') + (from.length > 3 ? ' …' : '');
  return `The program waits for ${from.length ? `Linux: ${why}` : 'a wake by another thread'}.${listener ? ` Connect a client to ${/\[\/?(.*)\]/.exec(listener)?.[1] ?? listener}.` : ''} `
    + (goal && tour.on ? 'The guide goes on then; N leaves that out.' : goal ? 'What you asked for comes then; Esc gives it up.' : 'It goes on then.');
}

function theme() {
  const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  timeline.colours();
  redraw();
}

function save() {
  if (!live) return tell('This page is a recording: it is one file, and your browser has it already.');
  const file = page.cloneNode(true), all = JSON.stringify({ version: 1, ...statics, events: history.events });
  file.querySelector('body > script').before(h('script', { type: 'application/json', id: 'recording' }, all.replaceAll('<', '\\u003c')));
  const url = URL.createObjectURL(new Blob([`<!doctype html>\n${file.outerHTML}`], { type: 'text/html' }));
  h('a', { href: url, download: `${(state.start?.program ?? 'trale').replace(/[^A-Za-z0-9._-]/g, '-')}.html` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function pick(by) {
  const ids = [...state.tasks.keys()], i = ids.indexOf(selected);
  if (ids.length) choose(ids[(i + by + ids.length) % ids.length]);
}

function markLine(key) {
  marked = key;
  if (key) $('#until').value = 'line';
  redraw();
}

function markNext(by) {
  const before = marked;
  tab = 'task';
  markLine(nextLine(state.tasks.get(selected), statics, { depth, marked, by }));
  if (!marked) tell(before ? 'No line is marked now.' : 'There is no line to mark: no await is known in the source of the selected task.');
}

function nextOf(select) {
  select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
  select.dispatchEvent(new Event('change'));
}

const legend = () => ($('#legend').open ? $('#legend').close() : $('#legend').showModal());

const KEYS = {
  ' ': () => (playing ? pause() : play()), ArrowRight: forward, 'Shift ArrowRight': forwardPoll, ArrowLeft: back, 'Shift ArrowLeft': backPoll,
  Home: () => seek(0), End: () => seek(history.length), u: runUntil, s: () => nextOf($('#speed')), w: () => nextOf($('#until')), j: () => pick(1), k: () => pick(-1),
  m: () => markNext(1), 'Shift m': () => markNext(-1), '+': () => timeline.zoom(.6), '=': () => timeline.zoom(.6), '-': () => timeline.zoom(1.7), 0: () => timeline.fit(),
  x: () => timeline.toggle(), ',': () => timeline.pan(-.2), '.': () => timeline.pan(.2), t: theme, r: save, '?': legend, g: () => tour.start(), n: () => tour.on && tour.next(),
  Escape: () => { giveUp(); tour.stop(); }, 1: () => show('task'), 2: () => show('tree'), 3: () => show('notes'), f: () => { follows = !follows; if (follows) selected = state.latest || selected; redraw(); },
};

document.addEventListener('keydown', e => {
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key, press = e.shiftKey && KEYS[`Shift ${key}`] || KEYS[key];
  if (!press || e.ctrlKey || e.metaKey || e.altKey) return;
  if ($('#legend').open && key !== '?') return;
  if (key === ' ' && e.target.closest('button')) return; // Space presses it
  const list = e.target.closest('select');
  if (list && (!pointed || /^Arrow(Up|Down)$/.test(key))) return;
  list?.blur();
  e.preventDefault();
  act(press);
});

// A button or a list that was used by the pointer does not keep the keys: they are the page's.
let pointed = false;
document.addEventListener('pointerdown', () => { pointed = true; }, true);
document.addEventListener('keydown', e => { if (e.key === 'Tab') pointed = false; }, true);
document.addEventListener('change', e => { if (pointed) e.target.blur(); });

document.addEventListener('click', e => { // a button does what its key does
  if (e.detail > 0) e.target.closest('button')?.blur(); // and not if a key has pressed it
  const button = e.target.closest('[data-key]');
  if (button) act(KEYS[button.dataset.key]);
});

// What the page said of the last thing that was done is over; that the program does not answer, is not.
function act(what) {
  tell('');
  what();
}
$('#speed').addEventListener('change', () => {
  speed = +$('#speed').value;
  if (playing) play();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { timeline.colours(); redraw(); });
addEventListener('resize', redraw);

// What a test or a curious reader asks this page.
globalThis.trale = {
  get state() { return state; }, get history() { return history; }, get live() { return live; }, get busy() { return !!goal || dirty; },
  go: seq => { seek(seq); reach(); render(); }, render, timeline, pursue,
};

function add(events) {
  const atEnd = state.seq === history.length;
  arrived = performance.now();
  for (const e of events) history.add(e);
  if (live && atEnd && !goal && (history.length === events.length || (!live.paused && !(playing && speed > 0)))) go(history.length, true);
  dirty = true;
}

showLegend($('#legend'), h);
// The address may end in #17, for event 17, or in #start. A simulation is recorded because it failed: it opens at its end.
function opensAt(hash, simulated) {
  if (/^\d+$/.test(hash)) return +hash;
  return simulated && hash !== 'start' ? history.length : history.find(0, e => e.k === 'spawn') + 1;
}

if (recording) {
  const { events, sources, machines, at } = JSON.parse(recording.textContent);
  Object.assign(statics, { sources, machines });
  add(events);
  go(at ?? opensAt(location.hash.slice(1), events.find(e => e.k === 'start')?.simulated));
} else {
  live = new Live({
    onKnown({ sources, machines }) {
      Object.assign(statics.sources, sources);
      statics.machines = machines;
      redraw();
    },
    onEvents: add,
    onStatus() {
      lost = false;
      if (live.ended) {
        const rest = history.lanes.order.filter(l => l.kinds.at(-1) !== DONE).length;
        tell(`The ${history.events.at(-1)?.k === 'stop' ? 'program' : 'watch'} has ended${rest ? `; ${rest} task${rest === 1 ? '' : 's'} had not` : ''}. The run is in this page alone: R saves it.`, 'end');
      }
      if (!live.paused && !playing && speed > 0 && !goal && state.seq === history.length) { $('#speed').value = '0'; speed = 0; playing = true; }
      redraw();
    },
    onLost() {
      lost = true;
      redraw();
    },
    onBack() {
      lost = false;
      redraw();
    },
  });
}
requestAnimationFrame(frame);
