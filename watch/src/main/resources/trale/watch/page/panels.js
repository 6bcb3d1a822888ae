// What stands around the tasks: the reactor's slots, the timers, the calls of the kernel, the tree, the diagnoses.
import { $, clock, duration, h, name } from './dom.js';
import { left, noteName } from './stage.js';
import { title, waitText } from './model.js';

const MOST_ROWS = 24;

export function showReactor(s, select) {
  const rows = [...s.fds.values()].sort((a, b) => a.fd - b.fd).slice(0, MOST_ROWS).map(fd => h('div', { class: 'slot', 'data-fresh': fd.at === s.t && s.t > 0 },
    h('b', {}, `fd ${fd.fd}`), h('span', { class: 'what' }, name(fd.text ?? '')),
    half('read', fd.read, select), half('write', fd.write, select)));
  replace('#reactor .body', rows, 'No descriptor is registered.');
}

function half(dir, value, select) {
  const task = /^task (\d+)$/.exec(value ?? '');
  return h('span', { class: 'half', 'data-is': task ? 'waker' : value ?? 'nothing' }, h('small', {}, dir),
    task ? h('button', { class: 'link', onclick: () => select(+task[1]) }, `waker of #${task[1]}`) : value ?? 'nothing');
}

export function showTimers(s, now, select) {
  const timers = [...s.timers.values()].sort((a, b) => a.at - b.at).slice(0, MOST_ROWS);
  const furthest = Math.max(1, ...timers.map(t => t.at - now));
  const rows = timers.map(t => {
    const rest = Math.max(0, t.at - now), whole = Math.max(1, t.at - t.set);
    const bar = h('span', { class: 'bar' });
    bar.style.width = `${Math.max(1, Math.min(100, Math.sqrt(rest / furthest) * 100 * Math.min(1, rest / whole + .0)))}%`;
    return h('div', { class: 'timer' }, h('b', {}, left(rest)), h('span', { class: 'track' }, bar),
      t.task ? h('button', { class: 'link', onclick: () => select(t.task) }, `timer ${t.id} → #${t.task}`) : '');
  });
  replace('#timers .body', rows, 'No timer is set.');
}

export function showKernel(s) {
  const rows = s.calls.slice(-MOST_ROWS).reverse().map((c, i) => h('div', { class: 'call', 'data-fresh': i === 0 && c.t === s.t, 'data-no': /^E/.test(c.result) },
    h('code', {}, name(`${c.name}(${c.args ?? ''})`)), h('b', {}, `= ${c.result}${c.times > 1 ? ` ×${c.times}` : ''}`),
    h('small', {}, c.ns === undefined ? '' : duration(c.ns)), h('small', {}, c.task ? `#${c.task}` : 'reactor')));
  replace('#kernel .body', rows, 'No system call yet.');
}

function replace(selector, rows, empty) {
  $(selector).replaceChildren(...(rows.length ? rows : [h('p', { class: 'empty' }, empty)]));
}

// By scope: under a task stand the scopes that it opened, and the tasks that it spawned outside of any; under a scope, those it forked.
export function tree(s, select, selected) {
  const children = new Map();
  const under = (parent, node) => {
    const all = children.get(parent);
    if (all) all.push(node);
    else children.set(parent, [node]);
  };
  const known = task => (s.tasks.has(task) ? task : 0);
  for (const task of s.tasks.values()) under(s.scopes.has(task.scope) ? `scope ${task.scope}` : known(task.parent), { key: task.id, task });
  for (const scope of s.scopes.values()) under(known(scope.task), { key: `scope ${scope.id}`, scope });
  let rows = 0;
  const list = (parent, depth) => h('ul', { role: depth ? 'group' : 'tree' }, (children.get(parent) ?? []).map(node => rows++ < 300 && h('li', { role: 'treeitem' },
    node.task ? taskNode(node.task, select, selected) : scopeNode(node.scope),
    children.has(node.key) && depth < 30 && list(node.key, depth + 1))));
  return s.tasks.size ? list(0, 0) : h('p', { class: 'empty' }, 'No task has been spawned.');
}

function taskNode(task, select, selected) {
  return h('button', { class: 'node', 'data-where': task.where, 'aria-pressed': task.id === selected, onclick: () => select(task.id) },
    h('i', {}), h('b', {}, `#${task.id}`), ' ', name(title(task)),
    h('small', {}, name(task.unsure ? 'may have ended' : task.where === 'waiting' && task.for ? `waits for ${waitText(task.for)}` : task.where)));
}

function scopeNode(scope) {
  return h('div', { class: 'node', 'data-scope': scope.id }, h('i', {}), h('b', {}, `scope ${scope.id}`), h('small', {}, !scope.open ? 'is over' : scope.unsure ? 'may be over' : 'ends after its tasks'));
}

export function notes(s, select) {
  if (!s.notes.size && !s.logs.length) return h('p', { class: 'empty' }, 'Nothing is wrong that can be seen from here.');
  return h('div', {}, [...s.notes.values()].map(n => h('article', { class: 'note', 'data-what': n.what },
    h('h3', {}, noteName(n), [n.task, ...n.others ?? []].filter(Boolean).map(id => h('button', { class: 'link', onclick: () => select(id) }, `#${id}`))),
    h('p', {}, name(n.text ?? '')), n.remedy && h('p', { class: 'remedy' }, n.remedy),
    n.lines?.length > 0 && h('ol', {}, n.lines.map(l => quoted(l, +/^#(\d+) at /.exec(l)?.[1] || n.task, select)))),
  ), s.logs.length > 0 && h('h3', {}, 'Logged by trale'), s.logs.toReversed().map(l =>
    h('article', { class: 'logged' }, h('small', {}, clock(l.t), l.task ? ` · while #${l.task} was polled` : ''), h('p', {}, name(l.text)))));
}

function quoted(text, task, select) {
  const code = h('code', {}, name(text));
  return h('li', {}, task ? h('button', { class: 'link', onclick: () => select(task) }, code) : code);
}
