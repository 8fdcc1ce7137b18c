// Queues, dead letters and the stories of stored messages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, operate, row, tab } from './browser.js';
import { Client } from './client.js';
import { Hub, until } from './hub.js';

let hub;
let browser;
let page;
let sender;
let target;

before(async () => {
  hub = await new Hub(['--grace', '1h']).start();
  browser = await launch();
  page = await operate(browser, hub);
  sender = await Client.open(hub, '@(test/sender)');
  target = await Client.open(hub, '@(test/target)', { acks: true });
});

after(async () => {
  assert.deepEqual(page.complaints, []);
  sender.close();
  target.close();
  await browser.close();
  await hub.stop();
});

/** A message with a receipt; its id. */
async function send(to, data) {
  const { id } = await sender.ask('hub:send', { to, type: 'app:event', data },
    { delivery: 'at-least-once' });
  return id;
}

/** A message the target refuses for good; its id and what is dead. */
async function deadLetter(reason, data = {}) {
  const known = target.received.length;
  const messageId = await send(target.address, data);
  const delivery = await until(() => target.received.slice(known).find((m) => m.type === 'app:event'),
    'the delivery');
  await target.ask('hub:nack', { deliveryId: delivery.metadata.deliveryId, reason, requeue: false });
  const letter = await until(async () => {
    const { items } = await hub.ask('GET', '/dead-letters');
    return items?.find((d) => d.messageId === messageId);
  }, 'the dead letter');
  return { messageId, ...letter };
}

const letters = async () => (await hub.ask('GET', '/dead-letters')).items.map((d) => d.id);

test('what waits for an absent actor is seen among the queues', async () => {
  const absent = await Client.open(hub, '@(test/absent)', { acks: true });
  absent.close();
  await until(async () => (await hub.ask('GET', '/actors?status=away')).items.length === 1, 'away');
  await send('@(test/absent)', { n: 1 });
  await tab(page, 'queues');
  await row(page, '@(test/absent)').waitFor();
  assert.equal(await row(page, '@(test/absent)').locator('td').nth(2).textContent(), '1');
});

test('a dead letter is looked into, as text', async () => {
  const evil = '"><script>alert(3)</script>';
  await deadLetter(evil, { markup: evil });
  await tab(page, 'dead-letters');
  await row(page, evil).getByRole('button', { name: 'Details' }).click();
  await page.locator('dialog pre', { hasText: '<script>alert(3)</script>' }).waitFor();
  await page.locator('dialog .timeline li').first().waitFor();
  assert.equal(await page.locator('dialog script').count(), 0);
  await page.locator('dialog .close').click();
});

test('a message tells its story', async () => {
  const { messageId } = await deadLetter('storied');
  await tab(page, 'dead-letters');
  await row(page, 'storied').getByRole('button', { name: 'Details' }).click();
  await page.locator('dialog a', { hasText: messageId }).click();
  await page.locator('.delivery h3', { hasText: 'dead_lettered' }).waitFor();
  await page.locator('.story .timeline', { hasText: 'storied' }).waitFor();
  await page.locator('input[name=id]').fill('00000000-0000-0000-0000-000000000000');
  await page.getByRole('button', { name: 'Tell its story' }).click();
  await page.locator('.story', { hasText: 'Nothing is known of it' }).waitFor();
});

test('a dead letter is requeued, and delivered again', async () => {
  const { id } = await deadLetter('to-be-requeued', { again: true });
  const known = target.received.length;
  await tab(page, 'dead-letters');
  await row(page, 'to-be-requeued').locator('.requeue').click();
  await page.locator('#toast', { hasText: '1 dead letter requeued.' }).waitFor();
  const delivery = await until(() => target.received.slice(known).find((m) => m.type === 'app:event'),
    'the delivery');
  assert.deepEqual(delivery.payload, { again: true });
  await target.ask('hub:ack', { deliveryId: delivery.metadata.deliveryId });
  await until(async () => await row(page, 'to-be-requeued').count() === 0, 'the row to go');
  assert.ok(!(await letters()).includes(id));
});

test('a dead letter is purged, the others stay', async () => {
  const gone = await deadLetter('to-be-purged');
  const stays = await deadLetter('to-be-kept');
  await tab(page, 'dead-letters');
  await row(page, 'to-be-purged').locator('.purge').click();
  await page.locator('dialog .confirm').click();
  await until(async () => await row(page, 'to-be-purged').count() === 0, 'the row to go');
  const left = await letters();
  assert.ok(!left.includes(gone.id) && left.includes(stays.id));
});

test('chosen dead letters are purged together, then all that match', async () => {
  const made = [];
  for (const reason of ['bunch', 'bunch', 'bunch', 'other']) made.push((await deadLetter(reason)).id);
  await tab(page, 'dead-letters');
  await row(page, 'bunch').nth(2).waitFor();
  for (const n of [0, 1]) await row(page, 'bunch').nth(n).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Purge 2 chosen' }).click();
  await page.locator('dialog .confirm').click();
  await until(async () => await row(page, 'bunch').count() === 1, 'two rows to go');
  await page.getByPlaceholder('Reason, exactly').fill('bunch');
  await page.locator('.summary', { hasText: 'Page 1: 1 dead letter' }).waitFor();
  await page.locator('.purge-chosen', { hasText: 'Purge all that match' }).click();
  await page.locator('dialog', { hasText: 'reason bunch' }).locator('.confirm').click();
  await page.locator('.summary', { hasText: 'No dead letters.' }).waitFor();
  const left = await letters();
  assert.deepEqual(made.map((id) => left.includes(id)), [false, false, false, true]);
});
