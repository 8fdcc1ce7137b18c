// A table of something the hub lists: searched, page by page, kept up to date.
import { get } from './api.js';
import { button, el, setText, toast } from './dom.js';
import { plural } from './format.js';

const pageSize = 50;
const refreshEvery = 3000;
const typingPause = 250;
// A page may be empty before the end: the hub looks at a bounded number of entries a request.
const emptyPages = 20;

/** One table row; its cells change in place, so that nobody clicks on what has moved away. */
class Row {
  constructor(columns, item) {
    this.item = item;
    this.cells = columns.map((column) => {
      const cell = el('td', { dataset: { label: column.label }, class: column.class ?? '' });
      if (column.node) cell.append(column.node(() => this.item));
      return cell;
    });
    this.tr = el('tr', {}, this.cells);
    this.show(columns, item);
  }

  show(columns, item) {
    this.item = item;
    columns.forEach((column, i) => {
      if (column.text) setText(this.cells[i], String(column.text(item)));
      if (column.update) column.update(this.cells[i], item);
    });
  }
}

/** Rows by key under a head of the columns' labels. */
export class Table {
  constructor(columns, keyOf) {
    this.columns = columns;
    this.keyOf = keyOf;
    this.rows = new Map();
    this.body = el('tbody');
    const heads = columns.map((c) => el('th', { class: c.class ?? '', scope: 'col' }, c.label));
    this.element = el('table', {}, el('thead', {}, el('tr', {}, heads)), this.body);
  }

  show(items) {
    const rows = new Map();
    for (const item of items) {
      const key = this.keyOf(item);
      const row = this.rows.get(key) ?? new Row(this.columns, item);
      row.show(this.columns, item);
      rows.set(key, row);
    }
    const wanted = [...rows.values()].map((row) => row.tr);
    const same = wanted.length === this.body.children.length
      && wanted.every((tr, i) => this.body.children[i] === tr);
    if (!same) this.body.replaceChildren(...wanted);
    this.rows = rows;
  }
}

/** `options`: path, columns, keyOf, noun, search (placeholder), filters, tools (nodes). */
export class Listing {
  constructor(options) {
    this.options = options;
    this.table = new Table(options.columns, options.keyOf);
    this.before = [];  // cursors of the pages before this one
    this.cursor = null;
    this.next = null;
    this.items = [];
    this.timer = 0;
    this.asked = 0;
    this.build();
  }

  build() {
    const { search, filters = [], tools = [] } = this.options;
    this.controls = filters.map((filter) => this.control(filter));
    if (search) {
      this.search = el('input', { type: 'search', placeholder: search, ariaLabel: search,
        on: { input: () => this.changed() } });
    }
    this.back = button('‹ Back', () => this.go(this.before.pop() ?? null), { className: 'back' });
    this.forth = button('Next ›', () => {
      this.before.push(this.cursor);
      this.go(this.next);
    }, { className: 'forth' });
    this.summary = el('span', { class: 'muted summary' });
    this.element = el('section', {},
      el('div', { class: 'bar' }, this.search, this.controls, tools),
      el('div', { class: 'scroll' }, this.table.element),
      el('div', { class: 'bar' }, this.back, this.forth, this.summary));
  }

  /** A choice (`choices`: [value, label]…) or a text that narrows the list. */
  control({ name, label, choices }) {
    const changed = () => this.changed();
    const node = choices
      ? el('select', { ariaLabel: label, on: { change: changed } },
        choices.map(([value, text]) => el('option', { value }, text)))
      : el('input', { type: 'search', placeholder: label, ariaLabel: label, on: { input: changed } });
    node.dataset.filter = name;
    return node;
  }

  filters() {
    const chosen = Object.fromEntries(this.controls.map((node) =>
      [node.dataset.filter, node.value.trim()]).filter(([, value]) => value !== ''));
    if (this.search?.value.trim()) chosen.search = this.search.value.trim();
    return chosen;
  }

  changed() {
    this.before = [];
    this.cursor = null;
    this.plan(typingPause);
  }

  go(cursor) {
    this.cursor = cursor;
    return this.load();
  }

  start() {
    this.running = true;
    return this.load();
  }

  stop() {
    this.running = false;
    clearTimeout(this.timer);
  }

  plan(after) {
    clearTimeout(this.timer);
    if (this.running) this.timer = setTimeout(() => this.load(), after);
  }

  async page() {
    const query = { ...this.filters(), limit: pageSize };
    let page = await get(this.options.path, { ...query, cursor: this.cursor });
    for (let n = 0; n < emptyPages && page.items.length === 0 && page.next; ++n) {
      page = await get(this.options.path, { ...query, cursor: page.next });
    }
    return page;
  }

  async load() {
    const mine = ++this.asked;
    try {
      const page = await this.page();
      if (mine !== this.asked) return;  // somebody has typed on meanwhile
      this.failing = false;
      this.show(page);
    } catch (error) {
      if (mine !== this.asked) return;
      if (!this.failing && error.status !== 0) toast(error.message, true);
      this.failing = true;
    }
    this.plan(refreshEvery);
  }

  show({ items, next }) {
    this.items = items;
    this.next = next;
    this.table.show(items);
    this.back.disabled = this.cursor === null;
    this.forth.disabled = next === null;
    const page = this.before.length + 1;
    setText(this.summary, items.length === 0 && page === 1 && next === null
      ? `No ${this.options.noun}s.` : `Page ${page}: ${plural(items.length, this.options.noun)}`);
    this.options.onShow?.(items);
  }
}
