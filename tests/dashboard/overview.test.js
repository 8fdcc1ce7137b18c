// Logging in, the figures as they change, and finding back after a restart of the hub.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, logIn, open, operate, tab } from './browser.js';
import { Client } from './client.js';
import { Hub, TOKEN, until } from './hub.js';

let hub;
let browser;

before(async () => {
  hub = await new Hub([]).start();
  browser = await launch();
});

after(async () => {
  await browser.close();
  await hub.stop();
});

const figure = async (page, name) => page.locator(`#figure-${name}`).textContent();

test('a wrong token is refused, the right one lets in and is kept in the tab only', async () => {
  const page = await open(browser, hub);
  await logIn(page, 'a-wrong-token-of-20-letters');
  await page.locator('#login-error', { hasText: 'not the one of --admin-token-file' }).waitFor();
  await logIn(page);
  await page.locator('#app').waitFor();
  assert.equal(await page.evaluate(() => JSON.stringify(localStorage)), '{}');
  assert.equal(await page.evaluate(() => document.cookie), '');
  assert.ok(page.requested.every((url) => !url.includes(TOKEN)));
  assert.ok(page.requested.every((url) => url.startsWith(hub.origin)));
  await page.reload();
  await page.locator('#app').waitFor();
  await page.locator('#logout').click();
  await page.locator('#login').waitFor();
  await page.reload();
  await page.locator('#login').waitFor();
  assert.equal(await page.evaluate(() => JSON.stringify(sessionStorage)), '{}');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('without a token file the page says how to enable it', async () => {
  const closed = await new Hub([], { token: null }).start();
  const page = await open(browser, closed);
  await page.locator('#disabled', { hasText: '--admin-token-file' }).waitFor();
  assert.equal(await page.locator('#login').isVisible(), false);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  await closed.stop();
});

test('figures and charts change while a client publishes', async () => {
  const page = await operate(browser, hub);
  const client = await Client.open(hub, '@(test/publisher)');
  await client.ask('hub:subscribe', { topic: 'news' });
  const publishing = setInterval(() => {
    client.send('hub:publish', { topic: 'news', type: 'x', data: {} });
  }, 20);
  const rates = new Set();
  await until(async () => {
    const shown = await figure(page, 'delivered');
    if (/^[1-9]/.test(shown)) rates.add(shown);
    return rates.size >= 2;
  }, 'two different rates');
  assert.equal(await figure(page, 'topics'), '1');
  assert.equal(await page.locator('.chart canvas').count(), 6);
  assert.ok(await page.locator('.chart').first().locator('.u-value').nth(1).textContent());
  clearInterval(publishing);
  client.close();
  await until(async () => await figure(page, 'connections') === '0', 'no connection');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('the figures are those the administration API gives', async () => {
  const client = await Client.open(hub, '@(test/counted)');
  const page = await operate(browser, hub);
  const stats = await hub.ask('GET', '/stats');
  const received = new Intl.NumberFormat('en').format(stats.messages.received);
  await page.locator('.tile', { hasText: `${received} in all` }).first().waitFor();
  assert.equal(await figure(page, 'actors'), String(stats.actors.registered));
  client.close();
  await page.context().close();
});

test('health is told check by check', async () => {
  const page = await operate(browser, hub);
  const { checks } = await (await fetch(`${hub.origin}/health`)).json();
  await page.locator('#health tbody tr').first().waitFor();
  const shown = await page.locator('#health tbody tr td:first-child').allTextContents();
  assert.deepEqual(shown.sort(), Object.keys(checks).sort());
  await page.context().close();
});

test('what is logged appears by itself', async () => {
  const page = await operate(browser, hub);
  await tab(page, 'events');
  await page.locator('.events li', { hasText: 'listening' }).waitFor();
  const client = await Client.open(hub, '@(test/just-came)');
  await page.locator('.events li', { hasText: '@(test/just-came)' }).first().waitFor();
  await page.locator('select').selectOption('error');
  await until(async () => await page.locator('.events li').count() === 0, 'no errors');
  client.close();
  await page.context().close();
});

test('the page goes on after a restart of the hub', async () => {
  const own = await new Hub([]).start();
  const page = await operate(browser, own);
  await own.end();
  await page.locator('#link.lost').waitFor();
  await own.start(own.port);
  await page.locator('#link.live').waitFor();
  const client = await Client.open(own, '@(test/back)');
  await until(async () => await figure(page, 'actors') === '1', 'the actor of the new run');
  await tab(page, 'sessions');
  await page.locator('td', { hasText: '@(test/back)' }).waitFor();
  assert.deepEqual(page.complaints, []);
  client.close();
  await page.context().close();
  await own.stop();
});

test('a token that was replaced leads back to the login', async () => {
  const page = await operate(browser, hub);
  await page.evaluate(() => sessionStorage.setItem('signal-hub-token', 'x'.repeat(20)));
  await page.locator('#login').waitFor();
  assert.equal(await page.locator('#app').isVisible(), false);
  await page.context().close();
});
