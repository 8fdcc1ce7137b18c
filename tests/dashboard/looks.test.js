// Both themes, a phone's width; with SCREENSHOTS=FOLDER also the pictures of the README.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, operate, tab } from './browser.js';
import { Client } from './client.js';
import { Hub, until } from './hub.js';

const views = ['overview', 'sessions', 'actors', 'topics', 'queues', 'dead-letters', 'events',
  'message'];
const phone = { viewport: { width: 375, height: 740 }, isMobile: true, hasTouch: true };
const long = 'a-rather-long-name-without-any-place-to-break-it-'.repeat(4).slice(0, 200);
const pictures = process.env.SCREENSHOTS;

let hub;
let browser;
const clients = [];

before(async () => {
  hub = await new Hub([]).start();
  browser = await launch();
  for (const name of [`browser/${long}`, 'browser/tab-1', 'browser/tab-2', 'service/orders',
    'service/mail', 'agent/planner']) {
    const client = await Client.open(hub, `@(${name})`, { note: long });
    await client.ask('hub:subscribe', { topic: 'orders/*' });
    clients.push(client);
  }
  await clients[0].ask('hub:subscribe', { topic: long });
});

after(async () => {
  for (const client of clients) client.close();
  await browser.close();
  await hub.stop();
});

const overflow = (page) => page.evaluate(
  () => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const brightness = (page) => page.evaluate(() => {
  const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
  return (r + g + b) / 3;
});

async function show(page, view) {
  await tab(page, view);
  await page.locator(`#tabs a[data-view="${view}"][aria-current]`).waitFor();
  if (['sessions', 'actors', 'topics'].includes(view)) {
    await page.locator('#view tbody tr').first().waitFor();
  }
}

test('on a phone nothing is wider than the screen', async () => {
  const page = await operate(browser, hub, phone);
  for (const view of views) {
    await show(page, view);
    assert.equal(await overflow(page), 0, view);
  }
  await show(page, 'actors');
  await page.getByRole('button', { name: 'Details' }).first().tap();
  await page.locator('dialog[open]').waitFor();
  assert.equal(await overflow(page), 0);
  const box = await page.locator('dialog').boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= phone.viewport.width);
  await page.context().close();
});

test('on a phone a session can be kicked', async () => {
  const client = await Client.open(hub, '@(test/by-thumb)');
  const page = await operate(browser, hub, phone);
  await show(page, 'sessions');
  await page.locator('tbody tr', { hasText: '@(test/by-thumb)' })
    .getByRole('button', { name: 'Kick' }).tap();
  await page.locator('dialog .confirm').tap();
  await client.closed();
  await page.context().close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`the system's ${colorScheme} theme is taken, and the other on demand`, async () => {
    const page = await operate(browser, hub, { colorScheme });
    const isDark = async () => await brightness(page) < 128;
    assert.equal(await isDark(), colorScheme === 'dark');
    await page.locator('#theme').click();
    assert.equal(await isDark(), colorScheme !== 'dark');
    await page.reload();
    await page.locator('#app').waitFor();
    assert.equal(await isDark(), colorScheme !== 'dark');
    assert.equal(await page.locator('.chart canvas').count(), 6);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
}

async function picture(name, options, prepare) {
  const page = await operate(browser, hub, options);
  await prepare(page);
  await page.screenshot({ path: join(pictures, name) });
  await page.context().close();
}

test('pictures', { skip: !pictures }, async () => {
  clients.shift().close();
  const busy = setInterval(() => {
    const wave = 4 + 3 * Math.sin(Date.now() / 4000);
    for (let n = 0; n < wave; ++n) {
      clients[n % clients.length].send('hub:publish', { topic: 'orders/new', type: 'order', data: {} });
    }
  }, 50);
  const charts = async (page) => {
    await until(async () => Number(/\d+/.exec(await page.locator('#figure-uptime').textContent()))
      > 0, 'figures');
    const from = Date.now();
    await until(() => Date.now() - from > 12_000, 'some seconds of charts');
  };
  await picture('dashboard-light.png', { colorScheme: 'light' }, charts);
  await picture('dashboard-dark.png', { colorScheme: 'dark' }, charts);
  await picture('dashboard-phone.png', { ...phone, colorScheme: 'dark' },
    (page) => show(page, 'sessions'));
  clearInterval(busy);
});
