// The selected task: where its source is, its state machine with the current state lit, what it keeps.
import { duration, h, name, svg } from './dom.js';
import { byText, notesOf, outcome, title, waitText } from './model.js';
import { noteName } from './stage.js';

const CONTEXT = 4; // lines of source above and below the current one

export function taskPanel(s, task, statics, { depth, goDown, mark, marked, selected }) {
  if (!task) return [h('p', { class: 'empty' }, selected ? `#${selected} is not here at this event. J and K select another task.` : 'Select a task: click its card, or J and K.')];
  const frames = framesOf(task), frame = frameOf(frames, statics, depth);
  return [
    h('h3', {}, h('b', {}, `#${task.id}`), ' ', name(title(task)), h('span', { class: 'where', 'data-where': task.where }, task.where)),
    h('p', { class: 'facts' }, facts(task, s)),
    ...notesOf(s, task.id).map(n => h('p', { class: 'alarm' }, h('b', {}, noteName(n)), ': ', name(n.text ?? ''))),
    frames.length > 1 && h('nav', { class: 'frames', 'aria-label': 'bodies, the outermost first' }, frames.map((f, i) =>
      h('button', { 'aria-pressed': f === frame, onclick: () => goDown(i) }, name(`${f.method ?? ''}:${f.line}`)))),
    source(frame, task, statics, mark, marked),
    machine(frame, task, statics),
    keeps(task, frames.indexOf(frame)),
  ].filter(Boolean);
}

function framesOf(task) {
  return task.lines.length ? task.lines
    : [{ class: task.class, method: task.method, file: task.file, line: task.line, state: task.where === 'waiting' ? -1 : 0 }]; // -1: what it waits in was lost
}

function frameOf(frames, statics, depth) {
  return frames[Math.min(depth ?? frames.length, ownFrame(frames, statics))];
}

// The line to mark next, or, with -1, the one before; behind the last there is none. The first is the next behind the current line.
export function nextLine(task, statics, { depth, marked, by }) {
  if (!task) return undefined;
  const frame = frameOf(framesOf(task), statics, depth), all = awaits(frame, statics), i = all.indexOf(marked);
  if (i >= 0) return all[i + by];
  const number = key => +key.slice(key.lastIndexOf(':') + 1);
  return by > 0 ? all.find(k => number(k) > frame.line) ?? all[0] : all.findLast(k => number(k) < frame.line) ?? all.at(-1);
}

// The innermost body whose source is known.
function ownFrame(frames, statics) {
  for (let i = frames.length - 1; i > 0; i--) if (statics.sources[path(frames[i])] !== undefined) return i;
  return 0;
}

function facts(task, s) {
  const list = [];
  if (task.where === 'waiting' && task.for) list.push(`waits for ${waitText(task.for)}`);
  if (task.unsure) list.push('may have ended: events were lost');
  if (task.where === 'done') list.push(outcome(task, true));
  list.push(`${task.polls} poll${task.polls === 1 ? '' : 's'}`);
  if (task.by?.what) list.push(`last woken: ${byText(task.by)}`);
  if (task.waited !== undefined) list.push(`queued for ${duration(task.waited)} before its last poll`);
  if (task.cancelled !== undefined) list.push(`cancelled${task.why ? `: ${task.why}` : ''}`);
  return name(list.join(' · '));
}

export function path(frame) {
  const at = (frame.class ?? '').lastIndexOf('.');
  return (at < 0 ? '' : `${frame.class.slice(0, at).replaceAll('.', '/')}/`) + frame.file;
}

function source(frame, task, statics, mark, marked) {
  const text = statics.sources[path(frame)];
  if (text === undefined) return h('p', { class: 'empty' }, 'The source of ', name(`${frame.file ?? 'this'}${frame.line > 0 ? `:${frame.line}` : ''}`), ' is not at hand: ', h('code', { class: 'option' }, '-Dtrale.watch.sources=FOLDER'), ' says where sources are.');
  const all = awaits(frame, statics), at = all.includes(marked) ? +marked.slice(marked.lastIndexOf(':') + 1) : frame.line; // a marked line is seen
  const lines = text.split('\n'), from = Math.max(0, Math.min(frame.line, at) - 1 - CONTEXT), to = Math.min(lines.length, Math.max(frame.line, at) + CONTEXT);
  const indent = Math.min(...lines.slice(from, to).filter(l => l.trim()).map(l => /^ */.exec(l)[0].length), 40);
  return h('figure', { class: 'source' }, h('figcaption', {}, name(frame.file)), h('div', { class: 'code' }, lines.slice(from, to).map((l, i) => {
    const number = from + i + 1, key = `${path(frame)}:${number}`;
    return h('div', { class: 'row', 'aria-current': number === frame.line ? 'true' : undefined, 'data-marked': key === marked },
      all.includes(key) ? h('button', { tabindex: -1, 'aria-pressed': key === marked, title: 'mark this line: U runs until a task waits in it (M marks the next line with an await, Shift M the one before)', onclick: () => mark(key) }, `${number}`)
        : h('span', { class: 'number' }, `${number}`), code(l.slice(indent)));
  })));
}

// The lines of a body's source in which a task may wait: those of the states of the machines that were compiled from this file.
function awaits(frame, statics) {
  const outer = c => c.replace(/\$.*/, ''), lines = new Set();
  for (const [method, machines] of Object.entries(statics.machines)) {
    if (outer(method.slice(0, method.lastIndexOf('.'))) !== outer(frame.class ?? '')) continue;
    for (const m of machines) for (const state of m.states.slice(1)) if (state.line > 0) lines.add(state.line);
  }
  return [...lines].sort((a, b) => a - b).map(n => `${path(frame)}:${n}`);
}

// A line that is too long goes on below itself. The indentation is halved, so that few are.
function code(line) {
  const text = line.trimStart(), element = h('code', {}, highlight(text));
  element.style.paddingLeft = `${(line.length - text.length) / 2 + 2}ch`;
  return element;
}

const TOKEN = /(\/\/.*$)|("(?:[^"\\]|\\.)*")|\b(var|int|long|return|new|for|while|if|else|try|catch|finally|throw|class|static|void|final|record|import|package|true|false|null)\b|\b(await|async|spawn|fork)\b/g;

function highlight(line) {
  const parts = [];
  let at = 0;
  for (const match of line.matchAll(TOKEN)) {
    parts.push(line.slice(at, match.index), h('span', { class: match[1] ? 'c' : match[2] ? 's' : match[3] ? 'k' : 'a' }, match[0]));
    at = match.index + match[0].length;
  }
  return [...parts, line.slice(at)];
}

function machineOf(frame, statics) {
  const all = statics.machines[`${frame.class}.${frame.method}`] ?? [];
  return all.find(m => m.states[frame.state]?.line === frame.line) ?? all.find(m => frame.line >= m.first && frame.line <= m.last) ?? all[0];
}

// -1: it is not known. A task that was there before it was watched has lines alone, and a line may have several states.
function stateOf(frame, m) {
  if (frame.state >= 0) return frame.state;
  const all = m.states.flatMap((state, n) => (n > 0 && state.line === frame.line ? [n] : []));
  return all.length === 1 ? all[0] : -1;
}

// States stand in a row in the order of the code. An edge to the next is straight; one that skips goes above; one back goes below.
function machine(frame, task, statics) {
  const m = machineOf(frame, statics);
  if (!m || !m.states.length) return undefined;
  const last = m.states.length, gap = Math.max(46, Math.min(64, 300 / last)), x = n => 18 + n * gap;
  const now = task.where === 'done' ? last : stateOf(frame, m);
  const reach = Math.max(1, ...m.edges.filter(e => e.to >= 0).map(e => Math.abs(e.to - e.from)), ...m.edges.filter(e => e.to === -1).map(e => last - e.from));
  const skips = m.edges.some(e => (e.to === -1 ? last : e.to) > e.from + 1), returns = m.edges.some(e => e.to >= 0 && e.to <= e.from);
  const y = skips ? 44 : 18, height = y + (returns ? 54 : 34);
  const edge = e => {
    const to = e.to === -1 ? last : e.to, from = e.from;
    const lit = from === now && task.where !== 'done';
    let d;
    if (to === from) d = `M${x(from) + 2} ${y + 34} C${x(from) + 2} ${y + 54} ${x(from) + 16} ${y + 54} ${x(from) + 16} ${y + 36}`;
    else if (to === from + 1) d = `M${x(from) + 15} ${y} L${x(to) - 17} ${y}`;
    else {
      const share = Math.abs(to - from) / reach, [near, far] = to > from ? [-15, -24 - 25 * share] : [34, 40 + 18 * share]; // above the circles; below the numbers of their lines
      d = `M${x(from) - (near > 0 ? 6 : 0)} ${y + near} C${x(from) - (near > 0 ? 6 : 0)} ${y + far} ${x(to)} ${y + far} ${x(to)} ${y + near * 1.07}`;
    }
    return svg('path', { class: 'edge', d, 'data-lit': lit, 'data-exceptional': e.x === true, 'marker-end': lit ? 'url(#tip-lit)' : 'url(#tip)' });
  };
  const tip = id => svg('marker', { id, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 6, markerHeight: 6, orient: 'auto-start-reverse' }, svg('path', { d: 'M0 0 L8 4 L0 8 Z' }));
  const width = x(last) + 20;
  const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': now < 0 ? 'state machine' : `state machine, in state ${now}` },
    svg('defs', {}, tip('tip'), tip('tip-lit')), m.edges.filter(e => e.to !== -2).map(edge),
    [...m.states.map((st, n) => [n === 0 ? 'start' : String(n), st.line > 0 ? `:${st.line}` : '', st.future || st.type || 'before its first instruction']), ['end', '', 'it has ended']]
      .map(([label, below, tooltip], n) => svg('g', { class: 'state', 'data-lit': n === now, transform: `translate(${x(n)} ${y})` }, svg('title', {}, tooltip),
        svg('circle', { r: 15 }), svg('text', { class: 'n', y: 4 }, label), svg('text', { class: 'at', y: 28 }, below))));
  const state = m.states[now];
  const words = now === last ? 'It has ended.' : now < 0 ? (task.lines.length ? `Suspended in line ${frame.line}.` : 'Its state was in events that were lost.') : now === 0 ? 'Not started: the first poll runs it to its first await.'
    : `Suspended in state ${now}, line ${state?.line}${state?.future ? `, at ${state.future}` : ''}. A poll goes on here.`;
  return h('figure', { class: 'machine' }, h('figcaption', {}, name(task.where !== 'running' ? words : now < 0 ? 'Running.' : `Running, from state ${now}.`)), h('div', { class: 'scroll' }, picture));
}

// Of the body that is shown; each keeps its own.
function keeps(task, body) {
  const kept = task.keeps?.filter(k => (k.body ?? 0) === body) ?? [];
  if (!kept.length) return undefined;
  return h('dl', { class: 'keeps', 'aria-label': 'what it keeps' }, kept.flatMap(k => [h('dt', {}, name(k.name)), h('dd', {}, name(k.value))]));
}
