// Registered and dormant actors.
import { get, remove, segment } from './api.js';
import { attempt, button, confirmed, el, showDialog } from './dom.js';
import { facts, json, links } from './detail.js';
import { bytes, count, moment, plural } from './format.js';
import { Listing } from './listing.js';

async function kick(actor) {
  const question = `End the registration of ${actor.address}, and the connection that holds it? `
    + 'What is stored for it becomes dead letters.';
  if (!await confirmed(question, 'Kick')) return;
  await attempt(async () => {
    const done = await remove(`/actors/${segment(actor.address)}`);
    return `${plural(done.actors, 'registration')} and ${plural(done.sessions, 'connection')} ended.`;
  });
}

async function show(actor) {
  await attempt(async () => {
    const a = await get(`/actors/${segment(actor.address)}`);
    showDialog(a.address, facts([
      ['Status', a.status], ['Identity', a.identity], ['Session', a.sessionId],
      ['Version', count(a.version)], ['Registered', moment(a.registeredAt)],
      ['Expires', moment(a.expiresAt)],
      ['Offline since', a.offlineSince === null ? null : moment(a.offlineSince)],
      ['Waiting', `${plural(a.waiting, 'message')}, ${bytes(a.waitingBytes)}`],
      ['Capabilities', a.capabilities.join(', ')],
      ['Subscriptions', plural(a.subscriptions, 'subscription')],
      ['Topics', links(a.topics.map((t) => [t]))],
      ['Metadata', json(a.metadata)],
    ]));
  });
}

export function actorsView() {
  const listing = new Listing({
    path: '/actors', noun: 'actor', keyOf: (a) => a.address,
    search: 'Part of the address, * matches anything',
    filters: [{ name: 'status', label: 'Status', choices: [['', 'Any status'], ['online', 'Online'],
      ['away', 'Away'], ['dormant', 'Dormant']] }],
    columns: [
      { label: 'Address', class: 'name', text: (a) => a.address },
      { label: 'Status', text: (a) => a.status },
      { label: 'Registered', text: (a) => moment(a.registeredAt) },
      { label: 'Expires', text: (a) => moment(a.expiresAt) },
      { label: 'Subscriptions', class: 'number', text: (a) => count(a.subscriptions) },
      { label: 'Waiting', class: 'number', text: (a) => count(a.waiting) },
      { label: '', class: 'actions', node: (item) => el('span', {},
        button('Details', () => show(item())),
        button('Kick', () => kick(item()), { className: 'danger' })) },
    ],
  });
  return { element: listing.element, start: () => listing.start(), stop: () => listing.stop() };
}
