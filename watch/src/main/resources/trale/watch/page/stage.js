// The stage: a card for each task, which moves between the run-queue, the thread, the wait-queue and done; the sentence that says why.
import { $, clock, duration, h, name } from './dom.js';
import { eventText, notesOf, outcome, title, waitText } from './model.js';

const MOST_CARDS = 60; // cards in a place; a number stands for the rest
const places = { queued: '#queue', running: '#thread', waiting: '#waiting', done: '#done' };
const EMPTY = { queued: 'No task is ready to be polled.', waiting: 'No task waits.', done: 'No task has ended.' };
const cards = new Map();

export function showStage(s, { selected, select, moves, now }) {
  const before = moves ? new Map([...cards].map(([id, card]) => [id, card.getBoundingClientRect()])) : undefined;
  const shown = new Set();
  place('queued', s, s.queue, selected, select, shown, now);
  place('running', s, s.running ? [s.running] : [], selected, select, shown, now);
  place('waiting', s, s.waiting, selected, select, shown, now);
  place('done', s, s.done.toReversed(), selected, select, shown, now);
  for (const [id, card] of cards) {
    if (shown.has(id)) continue;
    card.remove();
    cards.delete(id);
  }
  count('#queue', s.queue.length);
  count('#waiting', s.waiting.size);
  count('#done', s.ended);
  $('#thread .does').textContent = s.running ? '' : { starts: 'has not started', sleeps: 'sleeps until the kernel has news', turns: 'looks for what is next', ended: 'has ended' }[s.thread] ?? '';
  $('#thread').dataset.does = s.running ? 'polls' : s.thread;
  if (before && shown.size <= 200) animate(before);
}

function count(place, n) {
  $(`${place} small`).textContent = n ? n.toLocaleString('en') : '';
}

function place(where, s, ids, selected, select, shown, now) {
  const box = $(`${places[where]} .cards`);
  let previous = null, n = 0;
  for (const id of ids) {
    if (n++ === MOST_CARDS) break;
    let card = cards.get(id);
    if (!card) cards.set(id, card = h('button', { class: 'card', 'data-task': id, onclick: () => select(id) }));
    draw(card, s.tasks.get(id), s, id === selected, now);
    shown.add(id);
    const next = previous ? previous.nextSibling : box.firstChild;
    if (next !== card) box.insertBefore(card, next);
    previous = card;
  }
  const total = ids.size ?? ids.length;
  const more = box.querySelector('.more') ?? h('p', { class: 'more' });
  more.textContent = total > MOST_CARDS ? `and ${(total - MOST_CARDS).toLocaleString('en')} more` : total ? '' : EMPTY[where] ?? '';
  if (more.textContent) box.append(more);
  else more.remove();
}

// A card is drawn again only if what it says has changed.
function draw(card, task, s, selected, now) {
  const what = line(task, s, now);
  const note = notesOf(s, task.id)[0];
  const key = JSON.stringify([task.where, task.name, task.method, what, task.polls, task.how, task.cancelled !== undefined, task.unsure, note?.what, selected]);
  if (card.key === key) return;
  card.key = key;
  card.dataset.where = task.where;
  card.dataset.how = task.how ?? '';
  card.setAttribute('aria-pressed', selected);
  card.replaceChildren(...[h('b', {}, `#${task.id}`), h('span', { class: 'name' }, name(title(task))),
    h('span', { class: 'polls', title: 'polls' }, task.polls ? `${task.polls}×` : ''),
    h('span', { class: 'line' }, name(what)),
    task.cancelled !== undefined && task.where !== 'done' && h('em', {}, 'cancelled'),
    task.unsure && h('em', {}, 'may have ended: events were lost'),
    note && h('em', { class: 'note' }, noteName(note))].filter(Boolean));
}

export function noteName(note) {
  return (note.sure ? '' : 'perhaps ') + ({
    cycle: 'in a cycle', never: 'never woken', blocks: 'blocks the thread', busy: 'busy loop', late: 'polled late', swallowed: 'swallows its cancellation',
    unseen: 'failure unseen', socket: 'socket lost',
  }[note.what] ?? note.what);
}

function line(task, s, now) {
  if (task.where === 'done') return outcome(task);
  const at = task.lines.at(-1);
  const place = at ? `${at.file}:${at.line}` : task.file ? `${task.file}:${task.line}` : '';
  if (task.where !== 'waiting' || !task.for?.length) return place;
  const only = task.for.length === 1 ? task.for[0] : {}, timer = only.what === 'timer' ? s.timers.get(only.timer) ?? only : undefined;
  return timer ? `timer, ${left(timer.at - now)} left` : waitText(task.for);
}

export function left(ns) {
  return ns <= 0 ? '0 s' : ns < 1e7 ? duration(ns) : `${(ns / 1e9).toFixed(1)} s`;
}

function animate(before) {
  for (const [id, card] of cards) {
    const from = before.get(id), to = card.getBoundingClientRect();
    if (!from) {
      card.animate([{ opacity: 0, transform: 'scale(.9)' }, { opacity: 1, transform: 'none' }], { duration: 180, easing: 'ease-out' });
      continue;
    }
    const x = from.left - to.left, y = from.top - to.top;
    if (Math.abs(x) + Math.abs(y) < 1) continue;
    card.animate([{ transform: `translate(${x}px, ${y}px)`, zIndex: 5 }, { transform: 'none', zIndex: 5 }], { duration: 260, easing: 'cubic-bezier(.2, .7, .2, 1)' });
  }
}

export function showChain(s, select) {
  const links = s.chain.flatMap((link, i) => [i > 0 && h('i', {}, '→'),
    h(link.task ? 'button' : 'span', { class: 'link', 'data-kind': link.kind ?? '', onclick: link.task ? () => select(link.task) : undefined }, name(link.text))]);
  const p = $('#chain p');
  if (!links.length && !s.unsaid) links.push(h('span', { class: 'empty' }, 'Nothing has happened yet.'));
  p.replaceChildren(...links.filter(Boolean), ...(s.unsaid ? [h('em', {}, eventText(s.unsaid))] : []));
  fold(p);
}

// A sentence that is too long loses links of its middle: the last of them matters most.
function fold(p) {
  const parts = [...p.children], gap = h('i', {});
  for (let first = 2, n = 0; p.scrollHeight > p.clientHeight + 2 && first + n < parts.length - 1; n += 2) { // a link and its arrow
    parts[first + n].remove();
    parts[first + n + 1].remove();
    if (n === 0) parts[first - 1].after(gap);
    gap.title = parts.slice(first, first + n + 2).map(part => part.textContent).join(' ');
    gap.textContent = '… →';
  }
}

export function showClock(s, now, length) {
  $('#clock').replaceChildren(h('b', {}, clock(now)), h('span', {}, `event ${s.seq.toLocaleString('en')} of ${length.toLocaleString('en')}`));
}
