// Sessions, actors, topics and queues: found, looked into, paged through, and kicked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, operate, row, tab } from './browser.js';
import { Client } from './client.js';
import { Hub, until } from './hub.js';

let hub;
let browser;
let page;

before(async () => {
  hub = await new Hub([]).start();
  browser = await launch();
  page = await operate(browser, hub);
});

after(async () => {
  assert.deepEqual(page.complaints, []);
  await browser.close();
  await hub.stop();
});

const rows = () => page.locator('#view tbody tr');

test('a session is kicked, and its client told', async () => {
  const client = await Client.open(hub, '@(test/kicked)');
  const other = await Client.open(hub, '@(test/stays)');
  await tab(page, 'sessions');
  await row(page, '@(test/kicked)').getByRole('button', { name: 'Kick' }).click();
  await page.locator('dialog', { hasText: '@(test/kicked)' }).waitFor();
  await page.locator('dialog .confirm').click();
  const told = await client.message('hub:disconnect');
  assert.equal(told.payload.reason, 'admin');
  assert.equal(await client.closed(), 1008);
  await until(async () => await row(page, '@(test/kicked)').count() === 0, 'the row to go');
  assert.equal(await row(page, '@(test/stays)').count(), 1);
  assert.equal(other.closeCode, null);
  await hub.logged('admin_action', (line) => line.via === 'http');
  other.close();
});

test('who changes their mind kicks nobody', async () => {
  const client = await Client.open(hub, '@(test/spared)');
  await tab(page, 'sessions');
  await row(page, '@(test/spared)').getByRole('button', { name: 'Kick' }).click();
  await page.locator('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.locator('dialog').waitFor({ state: 'hidden' });
  const { items } = await hub.ask('GET', '/sessions');
  assert.ok(items.some((s) => s.address === '@(test/spared)'));
  client.close();
});

test('an actor is looked into, and kicked', async () => {
  const client = await Client.open(hub, '@(test/actor)');
  await client.ask('hub:subscribe', { topic: 'looked/into' });
  await tab(page, 'actors');
  await row(page, '@(test/actor)').getByRole('button', { name: 'Details' }).click();
  await page.locator('dialog', { hasText: 'looked/into' }).waitFor();
  await page.locator('dialog .close').click();
  await row(page, '@(test/actor)').getByRole('button', { name: 'Kick' }).click();
  await page.locator('dialog .confirm').click();
  await client.closed();
  await until(async () => await row(page, '@(test/actor)').count() === 0, 'the row to go');
});

test('long lists are paged through and searched', async () => {
  const client = await Client.open(hub, '@(test/many)');
  const names = Array.from({ length: 120 }, (_, n) => `topic-${String(n).padStart(3, '0')}`);
  for (const topic of names) await client.ask('hub:subscribe', { topic });
  await tab(page, 'topics');
  const seen = new Set();
  for (let number = 1; number <= 3; ++number) {
    await page.locator('.summary', { hasText: `Page ${number}:` }).waitFor();
    for (const name of await page.locator('#view td.name').allTextContents()) seen.add(name);
    if (number < 3) await page.locator('.forth').click();
  }
  assert.deepEqual([...seen].sort(), names);
  assert.equal(await page.locator('.forth').isDisabled(), true);
  await page.locator('.back').click();
  await page.locator('.summary', { hasText: 'Page 2: 50' }).waitFor();
  await page.getByPlaceholder('Part of the name').fill('topic-01*');
  await page.locator('.summary', { hasText: 'Page 1: 10 topics' }).waitFor();
  await row(page, 'topic-017').getByRole('button', { name: 'Subscribers' }).click();
  await page.locator('dialog', { hasText: '@(test/many)' }).waitFor();
  await page.locator('dialog .close').click();
  await page.getByPlaceholder('Part of the name').fill('nowhere');
  await page.locator('.summary', { hasText: 'No topics.' }).waitFor();
  assert.equal(await rows().count(), 0);
  client.close();
});

test('sessions are found by part of their address', async () => {
  const clients = [];
  for (const name of ['blue', 'green']) clients.push(await Client.open(hub, `@(test/${name})`));
  await tab(page, 'sessions');
  await row(page, '@(test/green)').waitFor();
  await page.getByPlaceholder('Address, session id').fill('blue');
  await page.locator('.summary', { hasText: 'Page 1: 1 session' }).waitFor();
  assert.equal(await row(page, '@(test/blue)').count(), 1);
  await row(page, '@(test/blue)').getByRole('button', { name: 'Details' }).click();
  await page.locator('dialog', { hasText: '127.0.0.1' }).waitFor();
  await page.locator('dialog .close').click();
  for (const client of clients) client.close();
});
