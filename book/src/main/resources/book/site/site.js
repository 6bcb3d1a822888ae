// Light and dark, the list of pages on a narrow screen, and the search. Everything else works without a script.
'use strict';
const root = document.documentElement;
const up = document.currentScript.dataset.up;
const dark = matchMedia('(prefers-color-scheme: dark)');

function stored() {
    try {
        return localStorage.getItem('theme');
    } catch {
        return null; // a browser may forbid it for file:
    }
}

function showTheme() {
    root.dataset.theme = stored() ?? root.dataset.chosen ?? (dark.matches ? 'dark' : 'light');
}

showTheme(); // before anything is painted
dark.addEventListener('change', showTheme);

function script(address) {
    return new Promise((done, failed) => {
        const element = document.createElement('script');
        element.src = address;
        element.onload = done;
        element.onerror = failed;
        document.head.append(element);
    });
}

// A section is found if it has all the words; those in titles and headings count more.
function search(words) {
    const found = [];
    for (const [title, heading, address, text] of SECTIONS) {
        const places = [[heading.toLowerCase(), 12], [title.toLowerCase(), 5], [text.toLowerCase(), 1]];
        let score = 0;
        const hasAll = words.every(word => {
            let best = 0;
            for (const [place, weight] of places) {
                const at = place.indexOf(word);
                if (at >= 0) best += weight * (at === 0 || !/\w/.test(place[at - 1]) ? 2 : 1);
            }
            score += best;
            return best > 0;
        });
        if (words.length > 1 && places.some(([place]) => place.includes(words.join(' ')))) score += 8;
        if (hasAll) found.push({title, heading, address, text, score});
    }
    return found.sort((a, b) => b.score - a.score).slice(0, 20);
}

// The text around the first of the words, with all of them marked.
function excerpt(text, words) {
    const at = Math.max(0, Math.min(...words.map(w => text.toLowerCase().indexOf(w)).filter(i => i >= 0), text.length) - 50);
    const from = at === 0 || at === text.length - 50 ? 0 : text.indexOf(' ', at) + 1;
    const piece = text.slice(from, from + 160).replace(/\S*$/, '…');
    const element = document.createElement('span');
    const pattern = new RegExp('(' + words.map(w => w.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|') + ')', 'i');
    for (const part of piece.split(pattern)) {
        if (words.includes(part.toLowerCase())) {
            const mark = document.createElement('mark');
            mark.textContent = part;
            element.append(mark);
        } else {
            element.append(part);
        }
    }
    return element;
}

addEventListener('DOMContentLoaded', () => {
    const query = document.getElementById('query');
    const list = document.getElementById('found');
    const pages = document.getElementById('pages');
    const menu = document.getElementById('menu');
    let index;
    let at = -1;

    document.getElementById('theme').onclick = () => {
        root.dataset.chosen = root.dataset.theme === 'dark' ? 'light' : 'dark';
        try {
            localStorage.setItem('theme', root.dataset.chosen);
        } catch {
            // then for this page alone
        }
        showTheme();
    };
    menu.onclick = () => menu.setAttribute('aria-expanded', pages.classList.toggle('open'));
    const here = pages.querySelector('[aria-current]');
    if (here && here.offsetTop > pages.clientHeight - 80) pages.scrollTop = here.offsetTop - 120;

    async function show() {
        const words = query.value.toLowerCase().split(/\s+/).filter(w => w);
        await (index ??= script(up + 'search.js'));
        at = -1;
        list.replaceChildren();
        list.hidden = words.length === 0;
        if (list.hidden) return;
        for (const {title, heading, address, text} of search(words)) {
            const item = document.createElement('li');
            const link = document.createElement('a');
            const where = document.createElement('small');
            link.href = up + address;
            where.textContent = title === heading ? '' : title;
            const name = document.createElement('b');
            name.textContent = heading;
            link.append(name, where, excerpt(text, words));
            link.onclick = () => list.hidden = true;
            item.append(link);
            list.append(item);
        }
        if (!list.children.length) {
            const none = document.createElement('li');
            none.className = 'none';
            none.textContent = 'No section has all these words.';
            list.append(none);
        }
    }

    query.oninput = show;
    query.onfocus = show;
    query.onkeydown = event => {
        const links = list.querySelectorAll('a');
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            at = Math.max(0, Math.min(links.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)));
            links.forEach((link, i) => link.classList.toggle('at', i === at));
            links[at]?.scrollIntoView({block: 'nearest'});
        } else if (event.key === 'Enter') {
            links[Math.max(at, 0)]?.click();
        } else if (event.key === 'Escape') {
            list.hidden = true;
            query.blur();
        }
    };
    addEventListener('keydown', event => {
        if (event.key === '/' && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) {
            event.preventDefault();
            query.focus();
        }
    });
    addEventListener('click', event => {
        if (!event.target.closest('.search')) list.hidden = true;
    });
});
