// What the hub logged, newest first.
import { get } from './api.js';
import { badge, el, toast } from './dom.js';
import { moment } from './format.js';

const kept = 300;
const every = 2000;

const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

function line({ timestamp, level, event, fields }) {
  const named = Object.entries(fields).map(([name, value]) =>
    el('span', { class: 'field' }, el('b', {}, name), ` ${text(value)}`));
  return el('li', {}, el('time', { title: new Date(timestamp).toISOString() }, moment(timestamp)), ' ',
    badge(level), ' ', el('strong', {}, event), ' ', named);
}

/** A list that follows the log; `limit` lines are kept. */
export class EventList {
  constructor(limit = kept) {
    this.limit = limit;
    this.list = el('ol', { class: 'events' });
    this.level = '';
    this.again();
  }

  again() {
    this.cursor = null;
    this.list.replaceChildren();
  }

  start() {
    this.running = true;
    return this.load();
  }

  stop() {
    this.running = false;
    clearTimeout(this.timer);
  }

  choose(level) {
    this.level = level;
    this.again();
    return this.load();
  }

  async load() {
    clearTimeout(this.timer);
    const { level, cursor } = this;
    try {
      const page = await get('/events', { level, cursor, limit: this.limit });
      if (level === this.level && cursor === this.cursor) this.add(page);
      this.failing = false;
    } catch (error) {
      if (!this.failing && error.status !== 0) toast(error.message, true);
      this.failing = true;
    }
    clearTimeout(this.timer);
    if (this.running) this.timer = setTimeout(() => this.load(), every);
  }

  add({ items, next, missed }) {
    this.cursor = next;
    if (missed > 0) this.list.prepend(el('li', { class: 'muted' }, `${missed} more were not kept.`));
    for (const event of items) this.list.prepend(line(event));
    while (this.list.children.length > this.limit) this.list.lastChild.remove();
  }
}

export function eventsView() {
  const events = new EventList();
  const level = el('select', { ariaLabel: 'Level', on: { change: () => events.choose(level.value) } },
    [['', 'All that is logged'], ['info', 'info and above'], ['warn', 'warnings and errors'],
      ['error', 'errors']].map(([value, label]) => el('option', { value }, label)));
  return {
    element: el('section', {}, el('div', { class: 'bar' }, level), events.list),
    start: () => events.start(),
    stop: () => events.stop(),
  };
}
