// Mailboxes that hold something.
import { bytes, count, duration } from './format.js';
import { Listing } from './listing.js';

export function queuesView() {
  const listing = new Listing({
    path: '/queues', noun: 'queue', keyOf: (q) => q.actor,
    search: 'Part of the actor\u2019s address, * matches anything',
    columns: [
      { label: 'Actor', class: 'name', text: (q) => q.actor },
      { label: 'Status', text: (q) => q.status },
      { label: 'Waiting', class: 'number', text: (q) => count(q.waiting) },
      { label: 'Stored', class: 'number', text: (q) => count(q.stored) },
      { label: 'Size', class: 'number', text: (q) => bytes(q.bytes) },
      { label: 'Oldest', class: 'number',
        text: (q) => (q.oldestAt === null ? '–' : duration(Date.now() - q.oldestAt)) },
    ],
  });
  return { element: listing.element, start: () => listing.start(), stop: () => listing.stop() };
}
