// Connections, and ending one.
import { get, remove, segment } from './api.js';
import { attempt, button, confirmed, el, showDialog } from './dom.js';
import { facts, links } from './detail.js';
import { bytes, count, duration, moment, plural } from './format.js';
import { Listing } from './listing.js';

async function kick(session) {
  const who = session.address ?? session.ip;
  if (!await confirmed(`End the connection of ${who}? Its client is told to go.`, 'Kick')) return;
  await attempt(async () => {
    const done = await remove(`/sessions/${segment(session.id)}`);
    return `${plural(done.sessions, 'connection')} ended.`;
  });
}

async function show(session) {
  await attempt(async () => {
    const s = await get(`/sessions/${segment(session.id)}`);
    showDialog(s.address ?? 'A connection', facts([
      ['Session', s.id], ['Called itself', s.connectedAs], ['IP address', s.ip], ['State', s.state],
      ['Connected', `${moment(s.connectedAt)} (${duration(s.connectedFor)})`],
      ['Idle', duration(s.idle)],
      ['Round trip', s.rtt === null ? 'not measured yet' : `${s.rtt.toFixed(1)} ms`],
      ['Messages', `${count(s.messagesIn)} in, ${count(s.messagesOut)} out`],
      ['Bytes', `${bytes(s.bytesIn)} in, ${bytes(s.bytesOut)} out`],
      ['Queue', `${plural(s.queueDepth, 'frame')}, ${bytes(s.queueBytes)}`],
      ['Rate limited', plural(s.rateLimited, 'message')],
      ['Reading paused', s.readingPaused ? 'yes' : 'no'],
      ['Actors', links(s.actors.map((a) => [a]))],
    ]));
  });
}

const marks = (s) => [s.slow && 'slow', s.stale && 'stale', s.readingPaused && 'paused',
  s.state !== 'connected' && s.state].filter(Boolean).join(', ') || 'ok';

export const sessionColumns = [
  { label: 'Address', class: 'name', text: (s) => s.address ?? '(not connected yet)' },
  { label: 'IP', text: (s) => s.ip },
  { label: 'State', text: marks, update: (cell, s) => {
    cell.className = s.slow ? 'bad' : s.stale || s.readingPaused ? 'warn' : '';
  } },
  { label: 'For', class: 'number', text: (s) => duration(s.connectedFor) },
  { label: 'Idle', class: 'number', text: (s) => duration(s.idle) },
  { label: 'Round trip', class: 'number', text: (s) => (s.rtt === null ? '–' : `${s.rtt.toFixed(1)} ms`) },
  { label: 'In', class: 'number', text: (s) => count(s.messagesIn) },
  { label: 'Out', class: 'number', text: (s) => count(s.messagesOut) },
  { label: 'Queue', class: 'number', text: (s) => `${count(s.queueDepth)} · ${bytes(s.queueBytes)}` },
  { label: 'Limited', class: 'number', text: (s) => count(s.rateLimited) },
  { label: '', class: 'actions', node: (item) => el('span', {},
    button('Details', () => show(item())), button('Kick', () => kick(item()), { className: 'danger' })) },
];

export function sessionsView() {
  const listing = new Listing({
    path: '/sessions', noun: 'session', keyOf: (s) => s.id, columns: sessionColumns,
    search: 'Address, session id or IP address',
    filters: [
      { name: 'state', label: 'State', choices: [['', 'Any state'], ['connecting', 'Connecting'],
        ['connected', 'Connected'], ['disconnecting', 'Disconnecting']] },
      { name: 'slow', label: 'Slow', choices: [['', 'Slow or not'], ['true', 'Slow only']] },
      { name: 'stale', label: 'Stale', choices: [['', 'Stale or not'], ['true', 'Stale only']] },
    ],
  });
  return { element: listing.element, start: () => listing.start(), stop: () => listing.stop() };
}
