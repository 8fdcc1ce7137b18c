// The README's client, in a page of this machine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch } from './browser.js';
import { Client } from './client.js';
import { Hub, until } from './hub.js';

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

test('the client of the README subscribes and prints what is published', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, script] = /^```js\n(.*?)^```/ms.exec(readme);
  const page = await browser.newPage();
  const printed = [];
  page.on('console', async (message) => {
    if (message.type() === 'log') printed.push(await message.args()[0].jsonValue());
  });
  await page.goto(`${hub.origin}/live`);
  await page.addScriptTag({ content: script.replace('127.0.0.1:8787', `127.0.0.1:${hub.port}`) });
  const came = (type) => until(() => printed.find((message) => message.type === type), type);
  for (const type of ['hub:connected', 'hub:registered', 'hub:subscribed']) await came(type);
  const publisher = await Client.open(hub, '@(test/publisher)');
  await publisher.ask('hub:publish', { topic: 'events', type: 'app:news', data: [1] });
  assert.deepEqual((await came('app:news')).payload, [1]);
});
