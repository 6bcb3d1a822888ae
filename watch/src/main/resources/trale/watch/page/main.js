// Where everything meets: the events' source (a recording in this file, or a live program), the place in time, the keys.
import { $, h } from './dom.js';
import { History } from './history.js';
import { Live } from './live.js';
import { showChain, showClock, showStage } from './stage.js';
import { notes, showKernel, showReactor, showTimers, tree } from './panels.js';
import { nextLine, path, taskPanel } from './machine.js';
import { Timeline } from './timeline.js';
import { Tour } from './tour.js';
import { showLegend } from './legend.js';

const history = new History();
const statics = { sources: {}, machines: {} };
let state = history.state;
let live; // undefined: a recording
let selected = 0, follows = true; // the selection follows the task that is polled until one is chosen
let depth, marked, tab = 'task';
let playing = false, speed = 1;
let goal; // { test, then, stays, from }: what is being run to; `stays`: if that does not come, all is as it was
let now = 0; // ns: between two events while it plays
let dirty = true, moves = false, rest = 0, before = 0;

const timeline = new Timeline(history, seek, select);
timeline.changed = redraw;
const tour = new Tour($('#tour'), { h, state: () => state, begin: () => seek(0), pursue: (test, then) => pursue(test, then, true) });

function redraw() {
  dirty = true;
}

function go(seq, animated) {
  if (seq === state.seq) return;
  moves = animated && Math.abs(seq - state.seq) < 8;
  state = history.to(seq);
  now = state.t;
  if (follows) selected = state.latest;
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

function reach() {
  if (!goal) return;
  const { test, then, stays, from } = goal, i = history.find(from, test);
  goal.from = history.length;
  if (i >= 0) {
    goal = undefined;
    go(i + 1, true);
    then?.(history.events[i]);
  } else if (!live || live.ended) {
    goal = undefined;
    if (!stays) go(history.length, true);
    then?.();
  } else {
    go(history.length, true);
    if (live.held) live.post('step');
  }
}

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
  if (what === 'line' && !marked) return tell('Mark a line first: M marks the next with an await, or click its number.');
  pursue({
    wake: e => e.k === 'wake', task: e => e.k === 'poll' && e.task === selected, diagnosis: e => e.k === 'diagnosis' && !e.over,
    line: e => e.k === 'pend' && e.lines?.some(l => `${path(l)}:${l.line}` === marked),
  }[what], e => e || state.seq === from || tell('It did not happen again.'));
}

function play() {
  goal = undefined;
  if (!live && state.seq === history.length) go(0);
  playing = true;
  if (live && speed === 0) go(history.length);
  if (live?.paused && speed === 0) live.post('resume');
  if (live && !live.paused && speed > 0) live.post('pause');
  redraw();
}

function pause() {
  goal = undefined;
  if (live && !live.paused && !live.ended) live.post('pause');
  playing = false;
  redraw();
}

// How long an event stays before the next, in ms at a walk.
const STAYS = { poll: 520, pend: 620, end: 620, wake: 520, spawn: 460, ready: 420, timer: 360, cancel: 420, call: 200, sleep: 420, diagnosis: 900 };

function advance(passed) {
  if (!playing) return;
  const next = history.events[state.seq];
  if (!next) {
    if (!live || live.ended) playing = false;
    else if (live.held && speed > 0) live.post('step');
    if (!playing) redraw();
    return;
  }
  if (speed === 0) {
    if (live) return go(history.length);
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
  $('#axis').textContent = timeline.axis === 't' ? 'by time' : 'by event';
  $('#back').disabled = $('#first').disabled = $('#back-poll').disabled = state.seq === 0;
  $('#step').disabled = $('#step-poll').disabled = $('#last').disabled = state.seq === history.length && (!live || live.ended);
  const start = state.start ?? history.events[0];
  $('#program').replaceChildren(h('b', {}, start?.program ?? start?.executor ?? ''), h('span', { class: 'badge', 'data-live': !!live && !live.ended },
    !live ? 'recording' : live.ended ? 'has ended' : $('#banner').dataset.kind === 'lost' ? 'does not answer' : live.paused ? 'live, held' : 'live'), ...(start?.simulated ? [h('span', { class: 'badge' }, 'simulated')] : []));
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
    : taskPanel(state, state.tasks.get(selected), statics, { depth, goDown: i => { depth = i; redraw(); }, mark: key => markLine(marked === key ? undefined : key), marked });
  body.replaceChildren(...content);
  if (scroll) body.scrollTop = scroll;
}

function tell(text) {
  $('#banner').textContent = text;
  $('#banner').hidden = !text;
  $('#banner').dataset.kind = '';
}

function theme() {
  const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  timeline.colours();
  redraw();
}

function save() {
  if (live) h('a', { href: 'recording.html', download: '' }).click();
  else tell('This page is a recording: it is one file, and your browser has it already.');
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
  tab = 'task';
  markLine(nextLine(state.tasks.get(selected), statics, { depth, marked, by }));
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
  Escape: () => tour.stop(), 1: () => show('task'), 2: () => show('tree'), 3: () => show('notes'), f: () => { follows = true; selected = state.latest; redraw(); },
};

document.addEventListener('keydown', e => {
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key, press = e.shiftKey && KEYS[`Shift ${key}`] || KEYS[key];
  if (!press || e.ctrlKey || e.metaKey || e.altKey || e.target.closest('select')) return;
  if ($('#legend').open && key !== '?') return;
  if (key === ' ' && e.target.closest('header button, #tour button, nav button, .source button')) return; // Space presses it
  e.preventDefault();
  act(press);
});
document.addEventListener('click', e => { // a button does what its key does
  const button = e.target.closest('[data-key]');
  if (button) act(KEYS[button.dataset.key]);
});

// What the page said of the last thing that was done is over; that the program does not answer, is not.
function act(what) {
  if ($('#banner').dataset.kind !== 'lost') tell('');
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
  for (const e of events) history.add(e);
  if (live && atEnd && !goal && (history.length === events.length || (!live.paused && !(playing && speed > 0)))) go(history.length, true);
  dirty = true;
}

let fetching = false;
async function fetchStatics() {
  if (fetching || !live) return;
  fetching = true;
  try {
    Object.assign(statics, await live.statics());
    redraw();
  } catch { /* the connection says it */ } finally {
    fetching = false;
  }
}

showLegend($('#legend'), h);
// The address may end in #17, for event 17, or in #start. A simulation is recorded because it failed: it opens at its end.
function opensAt(hash, simulated) {
  if (/^\d+$/.test(hash)) return +hash;
  return simulated && hash !== 'start' ? history.length : history.find(0, e => e.k === 'spawn') + 1;
}

const recording = document.getElementById('recording');
if (recording) {
  const { events, sources, machines, at } = JSON.parse(recording.textContent);
  Object.assign(statics, { sources, machines });
  add(events);
  go(at ?? opensAt(location.hash.slice(1), events.find(e => e.k === 'start')?.simulated));
} else {
  const known = new Set();
  live = new Live({
    onEvents(events) {
      add(events);
      for (const e of events) {
        for (const l of e.k === 'spawn' ? [e] : e.k === 'pend' ? e.lines ?? [] : []) {
          if (known.has(path(l) + l.method)) continue;
          known.add(path(l) + l.method);
          fetchStatics();
        }
      }
    },
    onStatus() {
      if (!live.paused && !playing && speed > 0 && !goal) { $('#speed').value = '0'; speed = 0; playing = true; }
      redraw();
    },
    onLost() {
      if (live.ended) return;
      tell('The program does not answer: it has ended, or its watch was closed. What came from it is here; this page asks again.');
      $('#banner').dataset.kind = 'lost';
      redraw();
    },
    onBack() {
      if ($('#banner').dataset.kind === 'lost') tell('');
      redraw();
    },
  });
}
requestAnimationFrame(frame);
