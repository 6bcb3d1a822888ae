// The model: what the events say of the executor. One reducer, live and replayed.
//
//   reduce(state, event) → state
//
// A record (a task, a slot, a timer) is never changed: a new one takes its place. So a checkpoint copies the containers alone, and
// a step back is a checkpoint and the events behind it.

const KEPT_DONE = 40;
const KEPT_CALLS = 60;
const LONGEST_CHAIN = 12, CAUSES = 6; // links; of the causes, which come first

export function initial() {
  return {
    seq: 0, t: 0, start: null, thread: 'starts', running: 0, latest: 0, // the task that was polled last
    tasks: new Map(), queue: [], waiting: new Set(), done: [], spawned: 0, ended: 0,
    fds: new Map(), timers: new Map(), scopes: new Map(), calls: [], logs: [], notes: new Map(),
    chain: [], turn: [], stories: new Map(), lost: 0,
  };
}

export function copy(s) {
  return {
    ...s, tasks: new Map(s.tasks), queue: s.queue.slice(), waiting: new Set(s.waiting), done: s.done.slice(), fds: new Map(s.fds),
    timers: new Map(s.timers), scopes: new Map(s.scopes), calls: s.calls.slice(), logs: s.logs.slice(), notes: new Map(s.notes),
    stories: new Map(s.stories),
  };
}

// The alarm clock is set for a sleep that has been told.
export function arms(e) {
  return e.k === 'call' && e.name === 'timerfd_settime';
}

export function reduce(s, e) {
  s.seq++;
  if (e.t !== undefined) s.t = e.t;
  if (s.thread === 'sleeps' && e.k !== 'sleep' && e.k !== 'diagnosis' && !arms(e)) s.thread = 'turns';
  const on = handlers[e.k], chain = s.chain;
  if (on) on(s, e);
  s.unsaid = s.chain === chain ? e : undefined; // the sentence does not tell of this event
  return s;
}

function taskOf(s, id) {
  let task = s.tasks.get(id);
  if (!task) { // it was spawned before the first event that is known
    task = { id, name: '', polls: 0, wakes: 0, born: undefined, since: s.t, where: 'waiting', lines: [] };
    s.tasks.set(id, task);
    s.waiting.add(id);
  }
  return task;
}

function move(s, id, where, more) {
  const task = taskOf(s, id);
  if (task.where === 'queued' && where !== 'queued') s.queue.splice(s.queue.indexOf(id), 1);
  if (where !== 'waiting') s.waiting.delete(id);
  if (where === 'queued' && task.where !== 'queued') s.queue.push(id);
  if (where === 'waiting') s.waiting.add(id);
  if (where === 'running') s.running = id;
  else if (s.running === id) s.running = 0;
  s.tasks.set(id, { ...task, where, since: s.t, held: 0, unsure: false, ...more });
}

// The thread was held while the task was in the run-queue: that time is not the program's.
function heldToo(s, task, ns) {
  s.tasks.set(task.id, { ...task, held: (task.held ?? 0) + Math.min(ns, s.t - task.since - (task.held ?? 0)) });
}

function set(s, id, more) {
  s.tasks.set(id, { ...taskOf(s, id), unsure: false, ...more });
}

function slotText(v) {
  return v === 'READY' || v === 'nothing' || v === undefined ? v : `waker of ${v.replace('task ', '#')}`;
}

// The story of a task says why it is in the run-queue; the chain is that of what happens now. Of a long one the middle is left out.
function say(s, link) {
  const all = s.chain.length < LONGEST_CHAIN ? s.chain : [...s.chain.slice(0, CAUSES), { text: '…' }, ...s.chain.slice(CAUSES + 2)];
  s.chain = [...all, link];
}

const EFFECTS = { queued: 'queued', again: 'runs again after this poll', nothing: 'nothing: it is queued already', late: 'nothing: it has ended' };

const handlers = {
  start(s, e) {
    s.start = e;
    s.thread = 'turns';
  },
  spawn(s, e) {
    s.spawned++;
    s.latest ||= e.task;
    const { k, t, task, ...more } = e;
    s.tasks.set(task, { id: task, polls: 0, wakes: 0, lines: [], ...more, born: e.t, since: e.t, where: 'queued' });
    s.queue.push(task);
    if (e.scope) scope(s, e.scope, { task: e.parent, open: true, tasks: 0 }, 1);
    const by = s.running ? { text: `#${s.running} spawns #${task}`, task } : { text: `${e.by ?? 'another thread'} spawns #${task}`, task };
    s.stories.set(task, [by, { text: `#${task} queued`, kind: 'ready', task }]);
    if (s.running) say(s, { text: `spawned #${task}`, kind: 'ready', task });
    else s.chain = s.stories.get(task);
  },
  poll(s, e) {
    const task = taskOf(s, e.task);
    s.thread = 'polls';
    s.latest = e.task;
    s.chain = [...(s.stories.get(e.task) ?? [{ text: `#${e.task} was in the run-queue`, task: e.task }]), { text: 'polled', kind: 'run', task: e.task }];
    s.stories.delete(e.task);
    if (s.scopes.get(task.scope)?.unsure) scope(s, task.scope, undefined, 0); // it has a task that runs
    if (e.held) for (const id of s.queue) heldToo(s, taskOf(s, id), e.held);
    const now = taskOf(s, e.task);
    move(s, e.task, 'running', { polls: now.polls + 1, waited: now.where === 'queued' ? s.t - now.since - (now.held ?? 0) : undefined });
  },
  pend(s, e) {
    say(s, { text: `Pending: waits for ${waitText(e.for)}`, kind: 'wait', task: e.task });
    const at = { lines: e.lines ?? [], state: e.state, for: e.for, keeps: e.keeps ?? [] };
    move(s, e.task, e.queued ? 'queued' : 'waiting', at);
    if (e.queued && !s.stories.has(e.task)) s.stories.set(e.task, [{ text: `#${e.task} was woken in its poll` }, { text: 'at the back of the run-queue', kind: 'ready' }]);
    for (const f of e.for ?? []) if (f.what === 'fd') slot(s, f.fd, f.dir, `task ${e.task}`, f.text);
    if (e.name) set(s, e.task, { name: e.name });
    s.thread = 'turns';
  },
  end(s, e) {
    say(s, { text: outcome(e), kind: e.how === 'failure' ? 'bad' : 'done', task: e.task });
    over(s, e.task, { how: e.how, text: e.text, ...(e.name ? { name: e.name } : {}) });
    s.thread = 'turns';
  },
  wake(s, e) {
    const by = e.by ?? { what: 'thread' };
    const task = s.tasks.get(e.task);
    if (e.effect === 'late') {
      if (!task) return;
      if (task.where !== 'done') over(s, e.task, {}); // in events that were lost
    }
    taskOf(s, e.task);
    const link = { text: `#${e.task} ${EFFECTS[e.effect] ?? e.effect}`, kind: e.effect === 'queued' ? 'ready' : undefined, task: e.task };
    const causes = by.what === 'task' ? [{ text: `#${by.task} wakes`, task: by.task }]
      : by.what === 'fd' || by.what === 'timer' ? s.cause ?? [{ text: byText(by) }]
      : [{ text: byText(by) }];
    const story = [...causes, link];
    set(s, e.task, { wakes: taskOf(s, e.task).wakes + 1, by, woken: s.t });
    if (e.effect === 'queued') {
      move(s, e.task, 'queued');
      s.stories.set(e.task, story);
    } else if (e.effect === 'again') s.stories.set(e.task, [...causes, { text: `#${e.task} woken in its poll: to the back`, kind: 'ready', task: e.task }]);
    if (s.running && by.what === 'task') say(s, { ...link, text: `#${e.task} woken: ${EFFECTS[e.effect] ?? e.effect}` });
    else s.chain = story;
  },
  cancel(s, e) {
    const task = s.tasks.get(e.task);
    if (task && task.where !== 'done') set(s, e.task, { cancelled: s.t, why: e.why });
    say(s, { text: `cancel #${e.task}${e.why ? `: ${e.why}` : ''}`, kind: 'bad', task: e.task });
  },
  scope(s, e) {
    scope(s, e.scope, { task: e.task, tasks: 0 }, 0, e.do === 'open');
  },
  sleep(s) {
    s.thread = 'sleeps';
    s.turn = s.cause = undefined;
  },
  turn(s) {
    s.thread = 'turns';
    s.turn = s.cause = undefined;
  },
  ready(s, e) {
    const dir = e.dir === 'write' ? 'writable' : 'readable';
    s.cause = [...(s.turn ?? []), { text: `fd ${e.fd} ${dir}`, kind: 'io' },
      { text: `slot: ${slotText(e.before)} → ${e.after}`, kind: 'io' }];
    s.chain = s.cause;
    const fd = s.fds.get(e.fd) ?? { fd: e.fd, text: '' }, [half, other] = e.dir === 'write' ? ['write', 'read'] : ['read', 'write'];
    const shared = fd[half] !== e.before && fd[other] === e.before; // a reactor with one place for both directions: chapter 7 of the book
    s.fds.set(e.fd, { ...fd, ...(shared && { [other]: e.after }), [half]: e.after, bits: e.bits, at: s.t });
  },
  timer(s, e) {
    if (e.do === 'set') s.timers.set(e.timer, { id: e.timer, at: e.at, set: s.t, task: e.task });
    else s.timers.delete(e.timer);
    if (e.do === 'fire') {
      s.cause = [...(s.turn ?? []), { text: `timer ${e.timer} is due`, kind: 'io' }];
      s.chain = s.cause;
    } else if (e.do === 'set' && s.running) say(s, { text: `timer ${e.timer} set`, kind: 'io' });
  },
  fd(s, e) {
    if (e.do === 'close') s.fds.delete(e.fd);
    else s.fds.set(e.fd, { read: 'nothing', write: 'nothing', ...s.fds.get(e.fd), fd: e.fd, text: e.text ?? '' });
  },
  call(s, e) {
    const before = s.calls.at(-1), again = before && before.name === e.name && before.args === e.args && before.result === e.result;
    if (again) s.calls.pop();
    s.calls.push({ ...e, task: s.running, times: again ? before.times + 1 : 1 });
    if (s.calls.length > KEPT_CALLS) s.calls.shift();
    if (s.fds.has(e.fd)) afterCall(s, e);
    if (s.running) say(s, { text: `${e.name} = ${e.result}`, kind: 'io' });
    else if (e.name === 'epoll_wait' && !(s.turn && e.result === '0')) s.chain = s.turn = [{ text: `epoll_wait = ${e.result}`, kind: 'io' }];
  },
  log(s, e) {
    s.logs.push({ t: s.t, text: e.text, task: s.running });
    if (s.logs.length > KEPT_CALLS) s.logs.shift();
    say(s, { text: `logged: ${e.text}`, kind: 'bad' });
  },
  // What has not ended by now may have ended there, until an event says that it has not; or what is still there is known. Where a task is
  // now is not known: those that were to run or ran wait, until an event says more. What the thread saw last is no cause of what comes.
  lost(s, e) {
    s.lost += e.count;
    s.chain = [{ text: `${e.count} events were lost here`, kind: 'bad' }];
    s.turn = s.cause = undefined;
    s.stories.clear();
    for (const id of s.running ? [s.running, ...s.queue] : s.queue) {
      s.tasks.set(id, { ...s.tasks.get(id), where: 'waiting', since: s.t, held: 0, for: undefined });
      s.waiting.add(id);
    }
    s.queue = [];
    s.running = 0;
    if (s.thread === 'polls') s.thread = 'turns';
    if (e.known) return;
    for (const task of s.tasks.values()) if (task.where !== 'done') s.tasks.set(task.id, { ...task, unsure: true });
    for (const scope of s.scopes.values()) if (scope.open) s.scopes.set(scope.id, { ...scope, unsure: true });
  },
  stop(s) {
    s.thread = 'ended';
    const rest = [...s.tasks.values()].filter(task => task.where !== 'done').length;
    s.chain = [{ text: 'the program ends' }, ...(rest ? [{ text: `${rest} task${rest === 1 ? ' has' : 's have'} not ended`, kind: 'bad' }] : [])];
  },
  diagnosis(s, e) {
    const key = `${e.what} ${e.task ?? e.text}`; // as Diagnoses.say
    if (e.over) s.notes.delete(key);
    else s.notes.set(key, e);
  },
};

// A scope is known until it is over and no task is known that it forked.
function scope(s, id, unknown, more, open) {
  const before = s.scopes.get(id) ?? unknown, now = { ...before, id, tasks: before.tasks + more, open: open ?? before.open, unsure: more < 0 && before.unsure };
  if (now.open || now.tasks > 0) s.scopes.set(id, now);
  else s.scopes.delete(id);
}

function over(s, id, how) {
  move(s, id, 'done', { ...how, for: undefined, keeps: [], ended: s.t });
  s.ended++;
  s.stories.delete(id);
  s.done.push(id);
  if (s.lost) for (const opened of s.scopes.values()) if (opened.task === id && opened.unsure) scope(s, opened.id, undefined, 0, false); // it awaited them
  if (s.done.length > KEPT_DONE) forget(s, s.done.shift());
}

function forget(s, id) {
  const { scope: of } = s.tasks.get(id);
  s.tasks.delete(id);
  if (s.scopes.has(of)) scope(s, of, undefined, -1);
}

function slot(s, fd, dir, value, text) {
  const before = s.fds.get(fd) ?? { fd, text: '', read: 'nothing', write: 'nothing' };
  s.fds.set(fd, { ...before, [dir]: value, text: text ?? before.text });
}

// The reactor's rule: a call that was answered in full may be answered again, so the slot is READY; a short one leaves it empty.
function afterCall(s, e) {
  const dir = /^(recv|read|accept)/.test(e.name) ? 'read' : /^(send|write|connect)/.test(e.name) ? 'write' : undefined;
  if (!dir || /^task/.test(s.fds.get(e.fd)[dir])) return;
  const full = e.name.startsWith('accept') ? e.result >= 0 : e.asked !== undefined && +e.result === e.asked;
  slot(s, e.fd, dir, full ? 'READY' : 'nothing');
}

// What a task is called: by its name, or else by the line of its body.
export function title(task) {
  return task.name || (task.method ? task.method + (task.line > 0 ? `:${task.line}` : '') : 'task');
}

// How a task has ended; of a failure's class the name without its package, where there is little room.
export function outcome({ how, text }, inFull) {
  const word = { value: 'Ready', failure: 'failed', cancelled: 'cancelled' }[how] ?? 'ended';
  const more = inFull ? text : text?.replace(/\b([a-z]\w*\.)+(?=[A-Z])/g, '').replace(/^CancellationException(: |$)/, '');
  return more ? `${word}: ${more}` : word;
}

export function byText(by) {
  switch (by.what) {
    case 'task': return `#${by.task}`;
    case 'fd': return `fd ${by.fd} ${by.dir === 'write' ? 'writable' : 'readable'}`;
    case 'timer': return `timer ${by.timer} is due`;
    case 'cancel': return 'cancel()';
    default: return by.name ? `thread ${by.name}` : 'another thread';
  }
}

// What an event is, in words.
export function eventText(e) {
  switch (e.k) {
    case 'start': return 'the executor is watched from here';
    case 'sleep': return 'the thread goes to sleep in epoll_wait';
    case 'turn': return 'the thread asks epoll, and does not wait';
    case 'call': return `${e.name}(${e.args ?? ''}) = ${e.result}`;
    case 'fd': return e.do === 'close' ? `fd ${e.fd} is closed` : `fd ${e.fd} is registered with epoll`;
    case 'scope': return e.do === 'close' ? `scope ${e.scope} is over` : `${e.task ? `#${e.task}` : 'a thread'} opens scope ${e.scope}`;
    case 'timer': return `timer ${e.timer} ${{ set: 'is set', drop: 'is given up' }[e.do] ?? 'is due'}`;
    case 'wake': return `#${e.task} is woken after its end`;
    case 'diagnosis': return `a diagnosis${e.task ? ` of #${e.task}` : ''}: see Diagnoses`;
    default: return e.k;
  }
}

// The diagnoses of a task.
export function notesOf(s, id) {
  return [...s.notes.values()].filter(n => n.task === id || n.others?.includes(id));
}

// What a task waits for, in words.
export function waitText(reasons) {
  return reasons?.length ? reasons.map(reasonText).join(', or ') : 'a future';
}

function reasonText(f) {
  switch (f.what) {
    case 'fd': return `fd ${f.fd} ${f.dir === 'write' ? 'writable' : 'readable'}`;
    case 'timer': return `timer${f.timer ? ` ${f.timer}` : ''}`;
    case 'task': return `the end of #${f.task}`;
    case 'yield': return 'its next turn';
    case 'stage': return f.text ?? 'a CompletionStage';
    case 'children': return `${f.all ? 'the end of' : 'one of'} ${f.tasks.slice(0, 8).map(n => `#${n}`).join(', ')}${f.tasks.length > 8 ? ' …' : ''}`;
    case 'turn': return f.text + (f.holders?.length ? `, held by ${f.holders.map(n => `#${n}`).join(', ')}` : '');
    default: return f.text ?? 'a future';
  }
}
