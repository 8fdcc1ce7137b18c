// The live figures: server-sent events read with fetch, since EventSource sends no header.
import { failure, get, headers } from './api.js';

const silentFor = 5000;  // figures come every second
const waits = [500, 1000, 2000, 3000];
const pollEvery = 2000;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Calls `onData` with the data of each event until the stream ends. */
async function read(signal, restart, onData) {
  const response = await fetch('api/v1/stream', { headers: headers(), signal, cache: 'no-store' });
  if (!response.ok) throw await failure(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    restart();
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = text.slice(0, end).split('\n').filter((line) => line.startsWith('data: '))
        .map((line) => line.slice(6)).join('\n');
      text = text.slice(end + 2);
      if (data) onData(JSON.parse(data));
    }
  }
}

/**
 * Figures until stop(): `onStats(stats)`, `onLink('live' | 'polling' | 'lost')`. A stream that ends
 * or falls silent is opened again; with too many readers already, the figures are asked for.
 */
export function figures(onStats, onLink) {
  let abort = new AbortController();
  let running = true;

  async function once() {
    abort = new AbortController();
    let timer = 0;
    const restart = () => {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), silentFor);
    };
    restart();
    try {
      await read(abort.signal, restart, (stats) => {
        onLink('live');
        onStats(stats);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async function poll() {
    onStats(await get('/stats'));
    onLink('polling');
    await pause(pollEvery);
  }

  async function run() {
    for (let failed = 0; running;) {
      const began = Date.now();
      try {
        await once();
      } catch (error) {
        if (error.status === 401 || error.status === 403) return;
        if (error.code === 'too_many_streams') {
          await poll().catch(() => {});
          continue;
        }
      }
      if (!running) return;
      onLink('lost');
      failed = Date.now() - began > 2 * silentFor ? 0 : failed + 1;
      await pause(waits[Math.min(failed, waits.length - 1)]);
    }
  }

  run();
  return () => {
    running = false;
    abort.abort();
  };
}
