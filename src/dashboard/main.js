// Logging in, the tabs, and the line to the hub.
import { get, onRefused, token } from './api.js';
import { actorsView } from './actors.js';
import { deadLettersView } from './dead_letters.js';
import { byId, el, setText } from './dom.js';
import { eventsView } from './events.js';
import { messageView } from './message.js';
import { Overview } from './overview.js';
import { queuesView } from './queues.js';
import { sessionsView } from './sessions.js';
import { figures } from './stream.js';
import { topicsView } from './topics.js';

const views = [
  ['overview', 'Overview', () => state.overview],
  ['sessions', 'Sessions', sessionsView],
  ['actors', 'Actors', actorsView],
  ['topics', 'Topics', topicsView],
  ['queues', 'Queues', queuesView],
  ['dead-letters', 'Dead letters', deadLettersView],
  ['events', 'Events', eventsView],
  ['message', 'Message', messageView],
];

const state = { overview: null, view: null, disconnect: null };

const linkTexts = { live: 'live', polling: 'live, every 2 s', lost: 'reconnecting…' };

function showLink(link) {
  const node = byId('link');
  setText(node, linkTexts[link] ?? '');
  node.className = `badge ${link ?? ''}`;
}

function showStats(stats) {
  setText(byId('hub'), `${stats.version} · ${stats.hubAddress} · ${stats.state}`);
  state.overview.add(stats);
}

function route() {
  if (!state.overview) return;
  const [name, query] = location.hash.slice(1).split('?');
  const [id, , make] = views.find(([known]) => known === name) ?? views[0];
  byId('dialog').close();
  state.view?.stop();
  state.view = make(new URLSearchParams(query ?? ''));
  byId('view').replaceChildren(state.view.element);
  for (const link of byId('tabs').children) {
    if (link.dataset.view === id) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  state.view.start();
}

/** One of the page's faces: login, disabled, app. */
function face(name) {
  for (const id of ['login', 'disabled', 'app']) byId(id).hidden = id !== name;
  byId('logout').hidden = name !== 'app';
}

function leave(name) {
  state.disconnect?.();
  state.view?.stop();
  state.disconnect = state.view = state.overview = null;
  byId('dialog').close();
  byId('view').replaceChildren();
  setText(byId('hub'), '');
  showLink();
  face(name);
}

function enter() {
  face('app');
  state.overview = new Overview();
  state.disconnect = figures(showStats, showLink);
  route();
}

function refused(error) {
  token.forget();
  leave(error.status === 403 ? 'disabled' : 'login');
}

/** Goes in if the hub takes the token that is there. */
async function knock() {
  const had = token.get() !== null;
  try {
    await get('/stats');
    enter();
    return '';
  } catch (error) {
    if (error.status === 0) face('login');
    return error.status === 401 && !had ? '' : error.message;
  }
}

async function logIn(event) {
  event.preventDefault();
  const field = byId('token');
  token.set(field.value.trim());
  field.value = '';
  setText(byId('login-error'), await knock());
}

byId('tabs').append(...views.map(([id, label]) =>
  el('a', { href: `#${id}`, dataset: { view: id } }, label)));
byId('login-form').addEventListener('submit', logIn);
byId('theme').addEventListener('click', () => window.toggleTheme());
byId('logout').addEventListener('click', () => {
  token.forget();
  leave('login');
});
byId('retry').addEventListener('click', knock);
window.addEventListener('hashchange', route);
onRefused(refused);
setText(byId('login-error'), await knock());
