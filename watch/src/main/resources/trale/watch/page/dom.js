// Elements. A text is always a text node: nothing that a program calls its tasks is ever markup.

export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  fill(element, props, children);
  return element;
}

export function svg(tag, props, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, props, children);
  return element;
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter(c => c !== undefined && c !== false && c !== ''));
}

// A name or a value of the program: in its own direction, cut where it is too long to be read.
export function name(text) {
  text = String(text);
  return h('bdi', { title: text.length > 20 ? text.slice(0, 2000) : undefined }, text.length > 300 ? `${text.slice(0, 300)}…` : text);
}

export function $(selector) {
  return document.querySelector(selector);
}

export function duration(ns) {
  if (ns < 0) return `−${duration(-ns)}`;
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(ns < 1e4 ? 1 : 0)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`;
  return `${(ns / 1e9).toFixed(ns < 1e10 ? 2 : 1)} s`;
}

export function clock(ns) {
  const seconds = Math.floor(ns / 1e9), rest = String(Math.floor(ns % 1e9 / 1e3)).padStart(6, '0');
  return `${seconds}.${rest.slice(0, 3)} ${rest.slice(3)} s`;
}
