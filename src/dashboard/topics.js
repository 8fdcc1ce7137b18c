// Names and patterns, and who subscribes to them.
import { get } from './api.js';
import { attempt, button, el, showDialog } from './dom.js';
import { count } from './format.js';
import { Listing, Table } from './listing.js';

const columns = [
  { label: 'Address', class: 'name', text: (s) => s.address },
  { label: 'Status', text: (s) => s.status },
  { label: 'Durable', text: (s) => (s.durable ? 'yes' : 'no') },
];

async function show(topic) {
  await attempt(async () => {
    const page = await get('/subscriptions', { topic: topic.name, limit: 100 });
    const table = new Table(columns, (s) => s.subscriptionId);
    table.show(page.items);
    showDialog(topic.name, el('p', { class: 'muted' },
      page.next ? `The first ${count(page.items.length)} of ${count(topic.subscribers)}.` : ''),
    el('div', { class: 'scroll' }, table.element));
  });
}

export function topicsView() {
  const listing = new Listing({
    path: '/topics', noun: 'topic', keyOf: (t) => t.name,
    search: 'Part of the name, * matches anything',
    columns: [
      { label: 'Name', class: 'name', text: (t) => t.name },
      { label: 'Kind', text: (t) => (t.pattern ? 'pattern' : 'name') },
      { label: 'Subscribers', class: 'number', text: (t) => count(t.subscribers) },
      { label: '', class: 'actions', node: (item) => button('Subscribers', () => show(item())) },
    ],
  });
  return { element: listing.element, start: () => listing.start(), stop: () => listing.stop() };
}
