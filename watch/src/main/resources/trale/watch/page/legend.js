// What the colours and the keys mean.
const colours = [
  ['queued', 'in the run-queue: it will be polled'], ['running', 'being polled by the executor’s thread'],
  ['waiting', 'waits: its poll returned Pending'], ['done', 'has ended, with a value, a failure, or cancelled'],
];
const keys = [
  ['Space', 'play, pause'], ['→  ←', 'on, back one event'], ['Shift → ←', 'on, back one poll'], ['Home  End', 'to the beginning, to the end'],
  ['U', 'run until what is chosen; W chooses'], ['M', 'mark the next line with an await: U runs until a task waits there'], ['Shift M', 'mark the one before it'], ['S', 'speed'], ['J  K', 'next task, the one before'], ['F', 'follow the task that is polled, or do not'], ['1  2  3', 'task, tree, diagnoses'],
  ['+  −  0', 'timeline: zoom, fit'], [',  .', 'timeline: left, right'], ['X', 'timeline: by time, by event'],
  ['G', 'guided minute'], ['N  Esc', 'guide: next, close; Esc also gives up what is run to'], ['R', 'save as one file'], ['T', 'dark, light'], ['?', 'this legend'],
];

export function showLegend(dialog, h) {
  dialog.append(h('h2', { tabindex: -1, autofocus: true }, 'Legend'),
    h('div', { class: 'columns' },
      h('dl', { class: 'colours' }, colours.flatMap(([where, text]) => [h('dt', { 'data-where': where }), h('dd', {}, text)]),
        h('dt', { class: 'arrow' }, 'READY'), h('dd', {}, 'a slot: an event has come, a call is worth trying'),
        h('dt', { class: 'arrow' }, 'waker'), h('dd', {}, 'a slot: the next event wakes this task'),
        h('dt', { class: 'arrow' }, 'nothing'), h('dd', {}, 'a slot: no task waits, and no event has come'),
        h('dt', { class: 'arrow' }, '↓'), h('dd', {}, 'on the timeline: a wake or a spawn, from its cause to the task'),
        h('dt', { class: 'arrow' }, '///'), h('dd', {}, 'on the timeline: the thread was held; this time counts as no task’s'),
        h('dt', { class: 'tick' }), h('dd', {}, 'on the timeline’s ruler: a diagnosis, lost events, or what trale logged'),
        h('dt', { class: 'arrow' }, '=E'), h('dd', {}, 'a call that failed; EAGAIN is “not now”: the slot takes the waker'),
        h('dt', { class: 'arrow' }, '1×'), h('dd', {}, 'how often the task was polled')),
      h('dl', { class: 'keys' }, keys.flatMap(([key, text]) => [h('dt', {}, key), h('dd', {}, text)]))),
    h('form', { method: 'dialog' }, h('button', { class: 'primary' }, 'Close')));
}
