// The timeline: a lane for the thread and one for each task, below the one that spawned it; wakes are arrows. The ruler moves in time, the
// lanes are dragged, the wheel zooms. A unit is a nanosecond, or an event: then each takes the same room.
import { $, duration } from './dom.js';
import { READY, RUN, WAIT, DONE, SLEEP, TURN, upper } from './history.js';

const RULER = 22, LANE = 17, BAR = 11, MOST_ARROWS = 500;

export class Timeline {
  constructor(history, seek, select) {
    this.history = history;
    this.seek = seek;
    this.select = select;
    this.canvas = $('#timeline canvas');
    this.axis = 'seq';
    this.scroll = 0;
    this.range = undefined; // undefined: all
    this.canvas.addEventListener('pointerdown', e => this.#down(e));
    this.canvas.addEventListener('wheel', e => this.#wheel(e), { passive: false });
    new ResizeObserver(() => { this.#measure(); this.changed?.(); }).observe(this.canvas);
    this.#measure();
  }

  // Not while it is drawn: the browser would have to lay out the page in between.
  #measure() {
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
  }

  get gutter() { return Math.min(170, this.width / 4); }

  get all() {
    return this.axis === 't' ? [0, Math.max(1, this.history.lanes.end ?? 1) * 1.01] : [0, Math.max(20, this.history.length + 1)];
  }

  get view() { return this.range ?? this.all; }

  x(v) {
    const [a, b] = this.view;
    return this.gutter + (v - a) / (b - a) * (this.width - this.gutter - 8);
  }

  value(x) {
    const [a, b] = this.view;
    return a + (x - this.gutter) / (this.width - this.gutter - 8) * (b - a);
  }

  #seekTo(x) {
    const v = this.value(x);
    this.seek(this.axis === 't' ? this.history.at(v) : Math.round(v));
  }

  #down(e) {
    const box = this.canvas.getBoundingClientRect(), scrub = e.clientY - box.top < RULER;
    const x0 = e.clientX, y0 = e.clientY, range = this.view, scroll = this.scroll;
    let moved = false;
    this.canvas.setPointerCapture(e.pointerId);
    if (scrub) this.#seekTo(x0 - box.left);
    const move = m => {
      if (scrub) return this.#seekTo(m.clientX - box.left);
      if (!moved && Math.abs(m.clientX - x0) + Math.abs(m.clientY - y0) < 4) return;
      moved = true;
      const by = (m.clientX - x0) / (this.width - this.gutter - 8) * (range[1] - range[0]);
      if (this.range || Math.abs(m.clientX - x0) > 4) this.range = this.#clamp([range[0] - by, range[1] - by]);
      this.scroll = scroll - (m.clientY - y0);
      this.changed();
    };
    const up = u => {
      this.canvas.removeEventListener('pointermove', move);
      this.canvas.removeEventListener('pointerup', up);
      if (moved || scrub) return;
      const y = u.clientY - box.top - RULER, lane = y > LANE && this.rows[Math.floor((y + this.scroll) / LANE)];
      if (lane?.task) this.select(lane.task);
      if (u.clientX - box.left > this.gutter) this.#seekTo(u.clientX - box.left);
    };
    this.canvas.addEventListener('pointermove', move);
    this.canvas.addEventListener('pointerup', up);
  }

  #wheel(e) {
    e.preventDefault();
    if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) this.pan((e.deltaX || e.deltaY) / this.width);
    else this.zoom(Math.exp(e.deltaY / 400), this.value(e.clientX - this.canvas.getBoundingClientRect().left));
  }

  pan(share) {
    const [a, b] = this.view;
    this.range = this.#clamp([a + (b - a) * share, b + (b - a) * share]);
    this.changed();
  }

  zoom(factor, around) {
    const [a, b] = this.view, v = around ?? this.cursor ?? (a + b) / 2, [low, high] = this.all;
    this.range = this.#clamp([v - (v - a) * factor, v + (b - v) * factor]);
    if (this.range[0] <= low && this.range[1] >= high) this.range = undefined;
    this.changed();
  }

  fit() {
    this.range = undefined;
    this.scroll = 0;
    this.changed();
  }

  toggle() {
    this.axis = this.axis === 't' ? 'seq' : 't';
    this.range = undefined;
    this.changed();
  }

  #clamp([a, b]) {
    const [low, high] = this.all, size = Math.max(b - a, this.axis === 't' ? 1000 : 4);
    if (size >= high - low) return [low, high];
    a = Math.max(low, Math.min(a, high - size));
    return [a, a + size];
  }

  colours() {
    const get = n => { // as a canvas knows it
      this.canvas.style.color = `var(${n})`;
      return getComputedStyle(this.canvas).color;
    };
    this.colour = { [READY]: get('--ready'), [RUN]: get('--accent'), [WAIT]: get('--wait'), [DONE]: '', [SLEEP]: get('--sleep'), [TURN]: get('--hair') };
    this.ink = get('--ink'); this.muted = get('--muted'); this.hair = get('--hair'); this.panel = get('--panel'); this.accent = get('--accent'); this.bad = get('--bad');
    this.hatch = hatch(this.muted);
    this.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  }

  draw(s, selected) {
    if (!this.colour) this.colours();
    const canvas = this.canvas, ratio = devicePixelRatio || 1;
    if (canvas.width !== Math.round(this.width * ratio) || canvas.height !== Math.round(this.height * ratio)) {
      canvas.width = Math.round(this.width * ratio);
      canvas.height = Math.round(this.height * ratio);
    }
    this.cursor = this.axis === 't' ? s.t : s.seq;
    if (this.cursor !== this.shown && this.range && (this.cursor > this.range[1] || this.cursor < this.range[0])) {
      const size = this.range[1] - this.range[0];
      this.range = this.#clamp([this.cursor - size / 2, this.cursor + size / 2]);
    }
    this.shown = this.cursor; // a view that was dragged away stays where it is until time moves
    const lanes = this.history.lanes, g = canvas.getContext('2d');
    this.rows = [lanes.thread, ...lanes.order];
    const followed = `${selected} ${this.height}`;
    if (followed !== this.followed) { // its lane is seen; then the lanes stay where they are dragged
      this.followed = followed;
      const y = this.rows.findIndex(lane => lane.task === selected) * LANE, room = this.height - RULER - LANE;
      if (y < this.scroll + LANE || y > this.scroll + room) this.scroll = Math.round((y - room / 2) / LANE) * LANE;
    }
    this.scroll = Math.max(0, Math.min(this.scroll, Math.ceil((this.rows.length * LANE + RULER - this.height) / LANE) * LANE));
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, this.width, this.height);
    g.font = this.font;
    g.textBaseline = 'middle';
    const first = Math.floor(this.scroll / LANE), last = Math.min(this.rows.length, Math.ceil((this.scroll + this.height - RULER) / LANE));
    this.#below(g, RULER + LANE, () => { for (let i = first + 1; i < last; i++) this.#lane(g, this.rows[i], i, selected); });
    this.#lane(g, lanes.thread, 0, selected);
    if (this.axis === 't') this.#below(g, RULER, () => this.#holds(g, lanes.holds));
    this.#below(g, RULER, () => this.#arrows(g, lanes.arrows, s.seq, first, last));
    this.#ruler(g, lanes);
    const x = this.x(this.cursor);
    if (x >= this.gutter) {
      g.globalAlpha = .62;
      g.fillStyle = this.panel;
      g.fillRect(x + 1, RULER, this.width - x, this.height);
      g.globalAlpha = 1;
      g.fillStyle = this.accent;
      g.fillRect(x - .75, 4, 1.5, this.height);
      g.beginPath();
      g.moveTo(x - 5, 2); g.lineTo(x + 5, 2); g.lineTo(x + 5, 9); g.lineTo(x, 15); g.lineTo(x - 5, 9);
      g.fill();
    }
  }

  #below(g, y, draw) {
    g.save();
    g.beginPath();
    g.rect(0, y, this.width, this.height - y);
    g.clip();
    draw();
    g.restore();
  }

  // The thread's lane always stands below the ruler.
  #y(row) {
    return row === 0 ? RULER : RULER + row * LANE - this.scroll;
  }

  #lane(g, lane, row, selected) {
    const y = this.#y(row), at = this.axis === 't' ? lane.t : lane.seq, [a, b] = this.view;
    if (lane.task && lane.task === selected) {
      g.globalAlpha = .1;
      g.fillStyle = this.accent;
      g.fillRect(0, y, this.width, LANE);
      g.globalAlpha = 1;
    }
    g.fillStyle = lane.task === selected && lane.task ? this.ink : this.muted;
    const label = lane.task ? `${'  '.repeat(Math.min(lane.depth, 6))}#${lane.task} ${lane.name.slice(0, 40)}` : 'executor’s thread';
    g.save();
    g.beginPath();
    g.rect(0, y, this.gutter - 8, LANE);
    g.clip();
    g.fillText(label, 12, y + LANE / 2);
    g.restore();
    let i = upper(at, a) - 1;
    const gutter = this.gutter, right = this.width - 8, scale = (right - gutter) / (b - a), now = Math.min(b, this.axis === 't' ? this.history.lanes.end : this.history.length);
    let drawn = -1; // the pixel up to which a poll stands
    for (i = Math.max(0, i); i < at.length && at[i] <= b; i++) {
      const kind = lane.kinds[i];
      if (kind === DONE) continue;
      const from = Math.max(gutter, gutter + (at[i] - a) * scale), end = gutter + ((i + 1 < at.length ? at[i + 1] : now) - a) * scale;
      let width = Math.min(end, right) - from;
      if (kind === RUN) {
        if (end < gutter || from < drawn) continue;
        width = Math.max(width, 2);
        drawn = from + 1;
      } else if (width < .4) continue;
      const thin = kind === WAIT || kind === SLEEP || kind === TURN;
      g.fillStyle = this.colour[kind];
      g.fillRect(from, y + (thin ? LANE / 2 - 2 : (LANE - BAR) / 2), width, thin ? 4 : BAR);
    }
  }

  // Of an event's width there is nothing to hatch.
  #holds(g, holds) {
    g.fillStyle = this.hatch;
    for (const [from, to] of holds) {
      const x = Math.max(this.gutter, this.x(from)), end = Math.min(this.width - 8, this.x(to));
      if (end - x > .5) g.fillRect(x, RULER, end - x, this.height);
    }
  }

  #arrows(g, arrows, seq, first, last) {
    const at = this.axis === 't' ? arrows.t : arrows.seq, [a, b] = this.view;
    const from = upper(at, a - 1e-9), to = upper(at, b);
    if (to - from > MOST_ARROWS) return;
    const row = new Map(this.rows.map((lane, i) => [lane.task, i]));
    const now = upper(arrows.seq, seq) - 1;
    for (let i = from; i < to; i++) {
      const y1 = row.get(arrows.from[i]), y2 = row.get(arrows.to[i]);
      if (y1 === undefined || y2 === undefined || y1 === y2 || Math.max(y1, y2) <= first || Math.min(y1, y2) > last) continue;
      const x = this.x(at[i]), top = this.#y(y1) + LANE / 2, end = this.#y(y2) + LANE / 2, way = Math.sign(end - top);
      g.strokeStyle = g.fillStyle = i === now ? this.accent : this.muted;
      g.lineWidth = i === now ? 1.6 : .8;
      g.globalAlpha = i === now ? 1 : .55;
      g.beginPath();
      g.moveTo(x, top);
      g.lineTo(x, end - way * 5);
      g.stroke();
      g.beginPath();
      g.moveTo(x - 3, end - way * 7); g.lineTo(x + 3, end - way * 7); g.lineTo(x, end - way * 1);
      g.fill();
      g.globalAlpha = 1;
    }
  }

  #ruler(g, lanes) {
    const [a, b] = this.view, room = this.width - this.gutter;
    const raw = (b - a) / Math.max(2, room / 110), power = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 5, 10].map(n => n * power).find(n => n >= raw);
    g.fillStyle = this.hair;
    g.fillRect(0, RULER - 1, this.width, 1);
    g.fillStyle = this.muted;
    for (let v = Math.ceil(a / step) * step; v <= b; v += step) {
      if (this.axis === 'seq' && v % 1) continue;
      const x = this.x(v);
      if (x > this.width - 40) break;
      g.fillRect(x, RULER - 5, 1, 4);
      g.fillText(this.axis === 't' ? v === 0 ? '0' : duration(v) : v.toLocaleString('en'), x + 4, RULER / 2);
    }
    for (const m of lanes.marks) {
      const x = this.x(this.axis === 't' ? m.t : m.seq);
      if (x < this.gutter) continue;
      g.fillStyle = this.bad;
      g.fillRect(x - 1, RULER - 6, 3, 6);
    }
  }
}

function hatch(colour) {
  const canvas = document.createElement('canvas'), g = canvas.getContext('2d');
  canvas.width = canvas.height = 6;
  g.strokeStyle = colour;
  g.globalAlpha = .4;
  g.beginPath();
  for (const x of [-6, 0, 6]) { g.moveTo(x, 6); g.lineTo(x + 6, 0); }
  g.stroke();
  return g.createPattern(canvas, 'repeat');
}
