// The events, the state at any of them, and the lanes of the timeline.
import { arms, copy, initial, reduce, title } from './model.js';

export class History {
  constructor() {
    this.events = [];
    this.state = initial(); // behind the first `state.seq` events
    this.checkpoints = [copy(this.state)];
    this.spacing = 500;
    this.lanes = new Lanes();
  }

  get length() { return this.events.length; }

  add(event) {
    this.events.push(event);
    this.lanes.add(event, this.events.length);
  }

  // Goes to the state behind the first `seq` events.
  to(seq) {
    seq = Math.max(0, Math.min(seq, this.events.length));
    const checkpoint = this.checkpoints[Math.min(Math.floor(seq / this.spacing), this.checkpoints.length - 1)];
    if (seq < this.state.seq || checkpoint.seq > this.state.seq) this.state = copy(checkpoint);
    while (this.state.seq < seq) {
      this.state = reduce(this.state, this.events[this.state.seq]);
      if (this.state.seq === this.checkpoints.length * this.spacing) this.#checkpoint();
    }
    return this.state;
  }

  #checkpoint() {
    this.checkpoints.push(copy(this.state));
    if (this.checkpoints.length <= 256) return;
    this.checkpoints = this.checkpoints.filter((_, i) => i % 2 === 0);
    this.spacing *= 2;
  }

  // The first event at or behind `from` of which `test` holds, or -1; `step` -1 goes back.
  find(from, test, step = 1) {
    for (let i = from; i >= 0 && i < this.events.length; i += step) if (test(this.events[i])) return i;
    return -1;
  }

  // How many events have happened at a time.
  at(t) {
    return upper(this.events, t, e => e.t ?? 0);
  }
}

// The first index whose value is above v.
export function upper(array, v, value = x => x) {
  let low = 0, high = array.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value(array[middle]) <= v) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const READY = 0, RUN = 1, WAIT = 2, DONE = 3, SLEEP = 4, TURN = 5;

// For each task, and for the thread, when it began to be what: what the timeline draws. A task stands below the one that spawned it.
class Lanes {
  constructor() {
    this.thread = lane(0, 0, 'thread');
    this.byTask = new Map();
    this.root = lane(0, -1, '');
    this.arrows = { t: [], seq: [], from: [], to: [] };
    this.marks = [];
    this.holds = []; // when the thread was held before a poll
    this.running = 0;
  }

  add(e, seq) {
    const t = e.t ?? 0;
    switch (e.k) {
      case 'spawn': {
        const parent = this.byTask.get(e.parent ?? this.running);
        const l = lane(e.task, parent ? parent.depth + 1 : 0, e.name || e.method ? title(e) : '');
        (parent ?? this.root).children.push(l);
        this.byTask.set(e.task, l);
        this.sorted = undefined;
        mark(l, t, seq, READY);
        if (this.running) this.#arrow(t, seq, this.running, e.task);
        break;
      }
      case 'poll': this.#now(e.task, t, seq, RUN); this.running = e.task; mark(this.thread, t, seq, RUN); if (e.held) this.holds.push([t - e.held, t]); break;
      case 'pend': this.#name(e); this.#now(e.task, t, seq, e.queued ? READY : WAIT); this.running = 0; mark(this.thread, t, seq, TURN); break;
      case 'end': this.#name(e); this.#now(e.task, t, seq, DONE); this.running = 0; mark(this.thread, t, seq, TURN); break;
      case 'wake':
        if (e.effect === 'queued') this.#now(e.task, t, seq, READY);
        if (e.effect !== 'late') this.#arrow(t, seq, e.by?.what === 'task' ? e.by.task : 0, e.task);
        break;
      case 'sleep': mark(this.thread, t, seq, SLEEP); break;
      case 'turn': mark(this.thread, t, seq, TURN); break;
      case 'ready': case 'timer': case 'call':
        if (this.thread.kinds.at(-1) === SLEEP && !(e.k === 'timer' && e.do === 'set') && !arms(e)) mark(this.thread, t, seq, TURN);
        break;
      case 'stop': mark(this.thread, t, seq, DONE); break;
      case 'lost':
        if (this.running) { this.#now(this.running, t, seq, WAIT); mark(this.thread, t, seq, TURN); }
        this.running = 0;
        this.marks.push({ t, seq, kind: e.k });
        break;
      case 'diagnosis': case 'log': this.marks.push({ t, seq, kind: e.k });
    }
    this.end = t;
  }

  // A task may get its name after it has been spawned.
  #name(e) {
    const l = this.byTask.get(e.task);
    if (l && e.name) l.name = e.name;
  }

  // The lanes, a task before the tasks it spawned.
  get order() {
    if (this.sorted) return this.sorted;
    const order = [], rest = this.root.children.slice().reverse();
    while (rest.length) {
      const l = rest.pop();
      order.push(l);
      for (let i = l.children.length - 1; i >= 0; i--) rest.push(l.children[i]);
    }
    return this.sorted = order;
  }

  #arrow(t, seq, from, to) {
    const a = this.arrows;
    a.t.push(t); a.seq.push(seq); a.from.push(from); a.to.push(to);
  }

  #now(task, t, seq, kind) {
    let l = this.byTask.get(task);
    if (!l) {
      l = lane(task, 0, '');
      this.root.children.push(l);
      this.byTask.set(task, l);
      this.sorted = undefined;
    }
    mark(l, t, seq, kind);
  }
}

function lane(task, depth, name) {
  return { task, depth, name, children: [], t: [], seq: [], kinds: [] };
}

function mark(lane, t, seq, kind) {
  lane.t.push(t); lane.seq.push(seq); lane.kinds.push(kind);
}
