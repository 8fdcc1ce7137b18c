// Names, values and times of one thing, for the dialog and for stories.
import { badge, el } from './dom.js';
import { moment } from './format.js';

/** `pairs`: [name, text or node]. */
export const facts = (pairs) => el('dl', { class: 'facts' },
  pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
    .flatMap(([name, value]) => [el('dt', {}, name),
      el('dd', {}, value instanceof Node ? value : String(value))]));

export const json = (value) => el('pre', { class: 'json' }, JSON.stringify(value, null, 2));

export const links = (hrefs) => el('ul', { class: 'plain' },
  hrefs.map(([text, href]) => el('li', {}, href ? el('a', { href }, text) : text)));

/** What happened, in order. */
export const timeline = (history) => el('ol', { class: 'timeline' },
  history.map(({ at, event, detail }) => el('li', {},
    el('time', { title: new Date(at).toISOString() }, moment(at)), ' ', badge(event, 'plain'),
    detail ? ` ${detail}` : '')));

export const storyLink = (id, sender) =>
  `#message?${new URLSearchParams({ id, ...(sender ? { sender } : {}) })}`;
