// The first view: figures, charts, health, slow consumers, what happened last.
import { get, health } from './api.js';
import { badge, button, el, setText } from './dom.js';
import { Chart, History } from './charts.js';
import { EventList } from './events.js';
import { names, sample, sum } from './figures.js';
import { bytes, compact, count, duration, moment } from './format.js';
import { Table } from './listing.js';
import { sessionColumns } from './sessions.js';

const askEvery = 3000;
const rate = (n) => (n === undefined ? '–' : `${compact(n)}/s`);
const percent = (n) => (n === undefined ? '–' : `${n.toFixed(0)} %`);

// id, name, value, the small print; of the figures `s` and the rates `r`.
const tiles = [
  ['connections', 'Connections', (s) => count(s.connections.open),
    (s) => `${count(s.connections.connected)} connected, ${count(s.connections.perMinute)} in the last minute`],
  ['actors', 'Actors', (s) => count(s.actors.registered),
    (s) => `${count(s.actors.away)} away, ${count(s.actors.dormant)} dormant`],
  ['topics', 'Topics', (s) => count(s.topics.names),
    (s) => `${count(s.topics.subscriptions)} subscriptions`],
  ['received', 'Received', (s, r) => rate(r.received),
    (s, r) => `${count(s.messages.received)} in all, ${bytes(r.bytesReceived)}/s`],
  ['delivered', 'Delivered', (s, r) => rate(r.delivered),
    (s, r) => `${count(s.messages.delivered)} in all, ${bytes(r.bytesSent)}/s`],
  ['refused', 'Refused', (s) => count(sum(s.messages.errors)),
    (s) => `${count(sum(s.messages.dropped))} dropped, ${count(sum(s.connections.refused))} connections`],
  ['outbound', 'To be read', (s) => count(s.queues.outboundMessages),
    (s) => `${bytes(s.queues.outboundBytes)}, ${count(s.queues.backedUp)} backed up`],
  ['waiting', 'In mailboxes', (s) => count(s.queues.waiting),
    (s) => `${count(s.messages.stored)} stored so far`],
  ['dead', 'Dead letters', (s) => count(s.messages.deadLettered), () => 'since the start'],
  ['slow', 'Slow consumers', (s) => count(s.queues.slowConsumers),
    (s) => `cut so far; ${count(s.queues.stale)} stale now`],
  ['store', 'Store', (s) => (s.store.failing ? 'failing' : s.store.persistent ? 'on disk' : 'in memory'),
    (s) => `${count(s.store.backlog)} to be written, lag ${duration(s.store.lag)}`],
  ['turns', 'Turn', (s) => `${count(s.turns.meanUs)} µs`,
    (s) => `on average; commit ${count(s.store.commitMeanUs)} µs`],
  ['process', 'Memory', (s) => bytes(s.process.residentBytes),
    (s, r) => `CPU ${percent(r.cpu)}, ${count(s.process.openFds)} of ${count(s.process.maxFds)} descriptors`],
  ['uptime', 'Up', (s) => duration(s.uptime), (s) => `since ${moment(s.startedAt)}`],
];

class Tiles {
  constructor() {
    this.cells = tiles.map(([id, name]) => {
      const value = el('span', { class: 'value', id: `figure-${id}` }, '–');
      const note = el('span', { class: 'muted' });
      return { value, note, card: el('div', { class: 'card tile' }, el('span', {}, name), value, note) };
    });
    this.element = el('div', { class: 'tiles' }, this.cells.map((cell) => cell.card));
  }

  show(stats, rates) {
    tiles.forEach(([, , value, note], i) => {
      setText(this.cells[i].value, value(stats, rates));
      setText(this.cells[i].note, note(stats, rates));
    });
  }
}

const healthColumns = [
  { label: 'Check', class: 'name', text: (c) => c.name },
  { label: 'Status', update: (cell, c) => {
    if (cell.textContent !== c.status) cell.replaceChildren(badge(c.status));
  } },
  { label: 'Value', class: 'number', text: (c) => compact(c.value) },
  { label: 'Degraded from', class: 'number', text: (c) => (c.threshold === null ? '–' : compact(c.threshold)) },
  { label: 'Since', text: (c) => moment(c.since) },
];

/** Health and slow consumers: asked for now and then, while they are seen. */
class Watch {
  constructor() {
    this.status = el('span');
    this.health = new Table(healthColumns, (c) => c.name);
    this.slow = new Table(sessionColumns, (s) => s.id);
    this.slowNote = el('p', { class: 'muted' });
    this.healthCard = el('section', { class: 'card', id: 'health' }, el('h2', {}, 'Health ', this.status),
      el('div', { class: 'scroll' }, this.health.element));
    this.slowCard = el('section', { class: 'card wide', id: 'slow' }, el('h2', {}, 'Slow consumers'),
      this.slowNote, el('div', { class: 'scroll' }, this.slow.element));
  }

  async ask() {
    clearTimeout(this.timer);
    await Promise.allSettled([this.askHealth(), this.askSlow()]);
    if (this.running) this.timer = setTimeout(() => this.ask(), askEvery);
  }

  async askHealth() {
    const { status, checks } = await health();
    if (this.status.textContent !== status) this.status.replaceChildren(badge(status));
    this.health.show(Object.entries(checks).map(([name, check]) => ({ name, ...check })));
  }

  async askSlow() {
    const { items } = await get('/slow-consumers', { limit: 20 });
    this.slow.show(items);
    this.slow.element.hidden = items.length === 0;
    setText(this.slowNote, items.length === 0 ? 'Everybody reads fast enough.' : '');
  }

  start() {
    this.running = true;
    return this.ask();
  }

  stop() {
    this.running = false;
    clearTimeout(this.timer);
  }
}

/** What the figures were, kept while other views are shown. */
export class Overview {
  constructor() {
    this.history = new History(names);
    this.before = null;
    this.tiles = new Tiles();
    this.watch = new Watch();
    this.events = new EventList(12);
    const line = (name, label, show, colour) => ({ name, label, show, colour });
    const chart = (title, lines, scale) => new Chart(title, this.history, lines, scale);
    const binary = { least: 1024, steps: Array.from({ length: 40 }, (_, n) => 2 ** n) };
    this.charts = [
      chart('Messages a second', [line('received', 'Received', compact, '--line-1'),
        line('delivered', 'Delivered', compact, '--line-2')]),
      chart('Bytes a second', [line('bytesReceived', 'Received', bytes, '--line-1'),
        line('bytesSent', 'Sent', bytes, '--line-2')], binary),
      chart('Connections and actors', [line('connections', 'Connections', compact, '--line-1'),
        line('actors', 'Actors', compact, '--line-2')]),
      chart('Messages that wait', [line('outbound', 'To be read', compact, '--line-3'),
        line('waiting', 'In mailboxes', compact, '--line-4')]),
      chart('CPU, % of one core', [line('cpu', 'CPU', percent, '--line-4')], { least: 10 }),
      chart('Memory', [line('memory', 'Resident', bytes, '--line-2')], binary),
    ];
    const events = el('section', { class: 'card' }, el('h2', {}, 'Recent events ',
      button('All', () => { location.hash = '#events'; })), this.events.list);
    this.element = el('div', {}, this.tiles.element,
      el('div', { class: 'charts' }, this.charts.map((c) => c.element)),
      el('div', { class: 'cards' }, this.watch.healthCard, events, this.watch.slowCard));
  }

  add(stats) {
    const rates = sample(stats, this.before);
    const seconds = stats.timestamp / 1000;
    // A hole in time is no line from one side to the other.
    if (this.before && stats.timestamp - this.before.timestamp > 5000) this.history.add(seconds - 1);
    this.history.add(seconds, rates);
    this.before = stats;
    this.tiles.show(stats, rates);
    for (const chart of this.charts) chart.draw();
  }

  start() {
    for (const chart of this.charts) chart.start();
    this.events.start();
    this.watch.start();
  }

  stop() {
    for (const chart of this.charts) chart.stop();
    this.events.stop();
    this.watch.stop();
  }
}
