// A guided minute: what moves, told at the moment when it moves. Each part runs on to an event and points at a place.
import { waitText } from './model.js';

const parts = [
  { at: e => e.k === 'spawn', place: '#queue', text: e => `A task is a future that is run. Task #${e.task} was spawned: it stands in the run-queue. Nothing of its body has run yet.` },
  { at: e => e.k === 'poll', place: '#thread', text: e => `The executor’s thread takes the first of the queue, #${e.task}, and polls it: its body runs as ordinary code, up to an await whose future is not ready.` },
  { at: e => e.k === 'pend', place: '#waiting', text: e => `The poll returned Pending, so #${e.task} leaves the thread. What is left of it is a small object: the number of a state and the variables that are needed later. Pending is a promise: its waker will be called.` },
  { place: s => ({ timer: '#timers', fd: '#reactor' }[waits(s).what] ?? '#waiting'), text: (e, s) => ({
    timer: 'Its waker lies with a timer. One timerfd in the kernel stands for all timers.',
    fd: 'Its waker lies in a slot of the reactor: one slot to read and one to write for each descriptor.',
  }[waits(s).what] ?? `Its waker is kept by what it waits for: ${waitText([waits(s)])}.`) },
  { at: e => e.k === 'sleep', place: '#thread', text: () => 'No task can run. The thread sleeps in epoll_wait and takes no CPU time until the kernel has news.' },
  { at: e => e.k === 'wake' && e.effect === 'queued', place: '#chain', text: e => `Here is why #${e.task} moves: this sentence is the whole chain, from the kernel to the run-queue. A wake runs nothing; it only queues.` },
  { at: e => e.k === 'poll', place: '#task', text: e => `Polled again, #${e.task} goes on where it was suspended: the lit state, the lit line. It does not begin at the top.` },
  { at: e => e.k === 'spawn', place: '#queue', text: e => `The body has spawned #${e.task}. It is queued, and the body goes on: a task is never interrupted, it gives up the thread at an await.` },
  { at: e => e.k === 'end', place: '#done', text: e => `#${e.task} has ended. Its end wakes the tasks that await it.` },
  { place: () => '#timeline', text: () => 'All of it lies here. Drag the ruler to go back. ← and → go by one event, with Shift by one poll; Space plays; ? shows the rest.' },
];

// What the task that was polled last waits for.
const waits = s => s.tasks.get(s.latest)?.for?.[0] ?? {};

export class Tour {
  // begin() goes to the beginning; pursue(test, then) on to the first event of which test holds. It calls back with that, or with
  // undefined if there is none: then it stays where it is.
  constructor(box, { h, begin, giveUp, pursue, state }) {
    Object.assign(this, { box, h, begin, giveUp, pursue, state, part: -1 });
  }

  get on() { return this.part >= 0; }

  start() {
    this.part = -1;
    this.begin();
    this.next();
  }

  next() {
    const part = parts[++this.part];
    this.giveUp(); // of the part before, which may wait for the program
    if (!part) this.stop();
    else if (!part.at) this.#show(part);
    else this.pursue(part.at, e => (e ? this.#show(part, e) : this.next())); // or nothing like it happens in this program
  }

  #show(part, e) {
    const { h, box } = this, place = typeof part.place === 'function' ? part.place(this.state()) : part.place;
    document.querySelectorAll('[data-pointed]').forEach(x => x.removeAttribute('data-pointed'));
    const target = document.querySelector(place);
    target.dataset.pointed = '';
    const next = h('button', { class: 'primary', onclick: () => this.next() }, this.part === parts.length - 1 ? 'Done' : 'Next (N)');
    box.replaceChildren(h('p', {}, part.text(e, this.state())), h('footer', {}, h('small', {}, `${this.part + 1} of ${parts.length}`),
      h('button', { onclick: () => this.stop() }, 'Close (Esc)'), next));
    box.hidden = false;
    target.scrollIntoView({ block: 'nearest' });
    this.#stand(target);
    next.focus({ preventScroll: true });
  }

  // Beside the place that it points at, and not on the controls; of such places where it covers least of what a part may speak of.
  #stand(target) {
    const { box } = this, at = target.getBoundingClientRect(), { width, height } = box.getBoundingClientRect(), gap = 10;
    const lefts = [at.left + gap, at.right - width - gap, at.left - width - gap, at.right + gap], tops = [at.bottom + gap, at.top - height - gap, at.top + gap, at.bottom - height - gap];
    const header = document.querySelector('header').getBoundingClientRect();
    const others = ['#chain', '#queue', '#thread', '#waiting', '#done', '#task'].map(place => document.querySelector(place).getBoundingClientRect());
    const covers = (x, y, r) => Math.max(0, Math.min(x + width, r.right) - Math.max(x, r.left)) * Math.max(0, Math.min(y + height, r.bottom) - Math.max(y, r.top));
    let best = { cost: Infinity };
    for (const left of lefts) for (const top of tops) {
      const x = Math.max(12, Math.min(left, innerWidth - width - 12)), y = Math.max(12, Math.min(top, innerHeight - height - 12));
      const cost = 20 * (covers(x, y, at) + covers(x, y, header)) + others.reduce((sum, r) => sum + covers(x, y, r), 0);
      if (cost < best.cost) best = { cost, x, y };
    }
    box.style.left = `${best.x}px`;
    box.style.top = `${best.y}px`;
  }

  stop() {
    this.part = -1;
    this.giveUp();
    this.box.hidden = true;
    document.querySelectorAll('[data-pointed]').forEach(x => x.removeAttribute('data-pointed'));
  }
}
