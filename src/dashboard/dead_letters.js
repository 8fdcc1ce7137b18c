// Messages that will not be delivered: read, requeued, purged.
import { get, post, remove, segment } from './api.js';
import { attempt, button, confirmed, el, showDialog } from './dom.js';
import { facts, json, storyLink, timeline } from './detail.js';
import { bytes, count, moment, plural } from './format.js';
import { Listing } from './listing.js';

const said = (done, what) => `${plural(done.count - done.failed, 'dead letter')} ${what}`
  + (done.failed ? `, ${count(done.failed)} could not be: no such target, or its queue is full.` : '.');

async function show(letter) {
  await attempt(async () => {
    const d = await get(`/dead-letters/${segment(letter.id)}`);
    showDialog('Dead letter', facts([
      ['Message', el('a', { href: storyLink(d.messageId, d.sender) }, d.messageId)],
      ['Sender', d.sender], ['Target', d.target], ['Type', d.type],
      ['Reason', d.reason], ['Attempts', count(d.attempts)], ['Last error', d.lastError],
      ['Accepted', moment(d.acceptedAt)], ['Died', moment(d.deadAt)],
      ['Expired', d.expiresAt === null ? null : moment(d.expiresAt)], ['Size', bytes(d.bytes)],
    ]), timeline(d.history), json(d.message));
  });
}

class DeadLetters {
  constructor() {
    this.chosen = new Set();
    this.requeueButton = button('Requeue', () => this.requeue(), { className: 'requeue-chosen' });
    this.purgeButton = button('Purge', () => this.purge(), { className: 'danger purge-chosen' });
    this.listing = new Listing({
      path: '/dead-letters', noun: 'dead letter', keyOf: (d) => d.id,
      filters: [{ name: 'target', label: 'Target, * matches anything' },
        { name: 'reason', label: 'Reason, exactly' }],
      tools: [this.requeueButton, this.purgeButton],
      onShow: (items) => this.shown(items),
      columns: this.columns(),
    });
    this.say();
  }

  columns() {
    return [
      { label: '', class: 'choice', node: (item) => el('input', { type: 'checkbox',
        ariaLabel: 'Choose', on: { change: (e) => this.choose(item().id, e.target.checked) } }) },
      { label: 'Target', class: 'name', text: (d) => d.target },
      { label: 'Type', class: 'name', text: (d) => d.type ?? '–' },
      { label: 'Sender', class: 'name', text: (d) => d.sender },
      { label: 'Reason', text: (d) => d.reason },
      { label: 'Attempts', class: 'number', text: (d) => count(d.attempts) },
      { label: 'Died', text: (d) => moment(d.deadAt) },
      { label: 'Size', class: 'number', text: (d) => bytes(d.bytes) },
      { label: '', class: 'actions', node: (item) => el('span', {},
        button('Details', () => show(item())),
        button('Requeue', () => this.requeueOne(item()), { className: 'requeue' }),
        button('Purge', () => this.purgeOne(item()), { className: 'danger purge' })) },
    ];
  }

  choose(id, on) {
    if (on) this.chosen.add(id);
    else this.chosen.delete(id);
    this.say();
  }

  shown(items) {
    const here = new Set(items.map((d) => d.id));
    for (const id of this.chosen) if (!here.has(id)) this.chosen.delete(id);
    this.say();
  }

  /** What the two buttons would do: the chosen ones, or all that match the filters. */
  say() {
    const which = this.chosen.size > 0 ? `${this.chosen.size} chosen` : 'all that match';
    this.requeueButton.textContent = `Requeue ${which}`;
    this.purgeButton.textContent = `Purge ${which}`;
  }

  choice() {
    if (this.chosen.size > 0) return { ids: [...this.chosen] };
    const filters = this.listing.filters();
    return Object.keys(filters).length > 0 ? filters : { all: true };
  }

  which() {
    if (this.chosen.size > 0) return plural(this.chosen.size, 'dead letter');
    const filters = Object.entries(this.listing.filters()).map(([k, v]) => `${k} ${v}`).join(' and ');
    return filters ? `all dead letters with ${filters}` : 'all dead letters';
  }

  async act(action) {
    if (await attempt(action)) this.chosen.clear();
    await this.listing.load();
  }

  async requeue() {
    const choice = this.choice();
    if (!await confirmed(`Requeue ${this.which()}?`, 'Requeue')) return;
    await this.act(async () => said(await post('/dead-letters/requeue', choice), 'requeued'));
  }

  async purge() {
    const choice = this.choice();
    if (!await confirmed(`Delete ${this.which()} for good?`, 'Purge')) return;
    await this.act(async () => said(await post('/dead-letters/purge', choice), 'deleted'));
  }

  requeueOne(letter) {
    return this.act(async () =>
      said(await post(`/dead-letters/${segment(letter.id)}/requeue`), 'requeued'));
  }

  async purgeOne(letter) {
    if (!await confirmed(`Delete the dead letter for ${letter.target} for good?`, 'Purge')) return;
    await this.act(async () => said(await remove(`/dead-letters/${segment(letter.id)}`), 'deleted'));
  }
}

export function deadLettersView() {
  const letters = new DeadLetters();
  return { element: letters.listing.element, start: () => letters.listing.start(),
    stop: () => letters.listing.stop() };
}
