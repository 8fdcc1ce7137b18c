// Names that would be markup, or scripts, if the page took them for it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, logIn, open, operate, row, tab } from './browser.js';
import { Client } from './client.js';
import { Hub } from './hub.js';

const evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
let hub;
let browser;
let client;
let page;

before(async () => {
  hub = await new Hub([]).start();
  browser = await launch();
  client = await Client.open(hub, '@(test/hostile)');
  page = await operate(browser, hub);
});

after(async () => {
  assert.deepEqual(page.complaints, []);
  client.close();
  await browser.close();
  await hub.stop();
});

const injected = () => page.locator('script:not([src]), img, #view script, dialog script').count();

test('topics are shown as they are called', async () => {
  await client.ask('hub:subscribe', { topic: evil });
  await tab(page, 'topics');
  await row(page, evil).waitFor();
  await row(page, evil).getByRole('button', { name: 'Subscribers' }).click();
  await page.locator('dialog h2', { hasText: evil }).waitFor();
  assert.equal(await injected(), 0);
  await page.locator('dialog .close').click();
});

test('addresses, metadata and topics of an actor are texts', async () => {
  const address = `@(test/${evil.replace(/[()]/g, '')})`;
  await client.ask('hub:register', { actorAddress: address, capabilities: [evil.slice(0, 60)] },
    { [evil]: evil });
  await tab(page, 'actors');
  await row(page, address).waitFor();
  await row(page, address).getByRole('button', { name: 'Details' }).click();
  await page.locator('dialog dd', { hasText: 'onerror=alert(2)' }).first().waitFor();
  assert.equal(await page.locator('dialog h2').textContent(), address);
  assert.equal(await injected(), 0);
  await page.locator('dialog .close').click();
});

test('what a client calls itself is text among the sessions and in the log', async () => {
  const address = `@(test/session-${evil.replace(/[()]/g, '')})`;
  const hostile = await Client.open(hub, address);
  await tab(page, 'sessions');
  await row(page, address).waitFor();
  await tab(page, 'events');
  await page.locator('.events li', { hasText: address }).first().waitFor();
  assert.equal(await injected(), 0);
  hostile.close();
});

test('a message id and a view out of the address bar are texts', async () => {
  await page.goto(`${hub.origin}/dashboard#message?${new URLSearchParams({ id: evil })}`);
  await page.locator('.story', { hasText: 'Nothing is known of it' }).waitFor();
  assert.equal(await page.locator('input[name=id]').inputValue(), evil);
  await page.goto(`${hub.origin}/dashboard#${evil}`);
  await page.locator('#figure-connections').waitFor();
  assert.equal(await injected(), 0);
});

test('the policy stops what would be injected nevertheless', async () => {
  const other = await open(browser, hub);
  const ran = await other.evaluate(() => {
    const attempts = [
      () => { document.body.innerHTML = '<img src=x onerror="window.ran = 1">'; },
      () => document.createElement('button').setAttribute('onclick', 'window.ran = 1'),
      () => { document.createElement('script').text = 'window.ran = 1'; },
    ];
    const refused = attempts.filter((attempt) => {
      try {
        attempt();
        return false;
      } catch (error) {
        return error instanceof TypeError;
      }
    });
    return { ran: window.ran ?? 0, refused: refused.length };
  });
  assert.deepEqual(ran, { ran: 0, refused: 3 });
  await other.context().close();
});

test('another site\'s page cannot frame it', async () => {
  const other = await browser.newPage();
  await other.setContent(`<iframe src="${hub.origin}/dashboard"></iframe>`);
  const frame = other.frames().find((f) => f !== other.mainFrame());
  await other.waitForLoadState('load');
  assert.ok(!frame || await frame.locator('#login').count() === 0);
  await other.close();
});

test('logging in with what is no token harms nothing', async () => {
  const other = await open(browser, hub);
  for (const token of [evil, 'ä'.repeat(20), 'a b', '\u{1F600}']) {
    await logIn(other, token);
    await other.locator('#login-error:not(:empty)').waitFor();
  }
  assert.deepEqual(other.complaints, []);
  await other.context().close();
});
