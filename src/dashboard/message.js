// What became of one stored message.
import { get, segment } from './api.js';
import { badge, button, el } from './dom.js';
import { facts, storyLink, timeline } from './detail.js';
import { bytes, count, moment } from './format.js';

function delivery(d) {
  return el('article', { class: 'card delivery' },
    el('h3', {}, d.target, ' ', badge(d.state)),
    facts([
      ['Sender', d.sender], ['Reason', d.reason], ['Attempts', count(d.attempts)],
      ['Next attempt', d.nextAttemptAt === null ? null : moment(d.nextAttemptAt)],
      ['Accepted', moment(d.acceptedAt)],
      ['Expires', d.expiresAt === null ? null : moment(d.expiresAt)], ['Size', bytes(d.bytes)],
    ]),
    timeline(d.history));
}

export function messageView(query) {
  const id = el('input', { name: 'id', required: true, placeholder: 'Message id',
    ariaLabel: 'Message id', value: query.get('id') ?? '' });
  const sender = el('input', { name: 'sender', placeholder: 'Sender (optional)',
    ariaLabel: 'Sender', value: query.get('sender') ?? '' });
  const story = el('div', { class: 'story' });

  async function look() {
    try {
      const status = await get(`/messages/${segment(id.value.trim())}`,
        { sender: sender.value.trim() });
      story.replaceChildren(...status.deliveries.map(delivery));
    } catch (error) {
      const text = error.status === 404
        ? 'Nothing is known of it: it was never stored, or has been forgotten meanwhile.'
        : error.message;
      story.replaceChildren(el('p', { class: 'muted' }, text));
    }
  }

  const ask = (event) => {
    event.preventDefault();
    const wanted = storyLink(id.value.trim(), sender.value.trim());
    if (location.hash === wanted) look();
    else location.hash = wanted;
  };
  const form = el('form', { class: 'bar', on: { submit: ask } }, id, sender,
    button('Tell its story', undefined, { type: 'submit', on: {} }));
  const element = el('section', {}, form, el('p', { class: 'muted' },
    'Messages that the hub stored: sent with at-least-once delivery, or while the target was away.'),
  story);
  return { element, start: () => (id.value ? look() : undefined), stop: () => {} };
}
