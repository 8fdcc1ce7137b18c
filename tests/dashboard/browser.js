// One headless Chromium for a test file, and the dashboard in a page of it.
import { chromium } from 'playwright-core';
import { DEADLINE, TOKEN } from './hub.js';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Its sandbox is off, since it does not start for root with it; it only sees the hub's own page. */
export const launch = () => chromium.launch({ executablePath, args: ['--no-sandbox'] });

/** A page with the dashboard; what it complains of is in `page.complaints`. */
export async function open(browser, hub, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(DEADLINE);
  const page = await context.newPage();
  page.complaints = [];
  page.requested = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    page.complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('console', (message) => {
    // Refusals and lost connections are part of the tests.
    const text = message.text();
    if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(text)) {
      page.complaints.push(text);
    }
  });
  page.on('request', (request) => page.requested.push(request.url()));
  await page.goto(`${hub.origin}/dashboard`);
  return page;
}

export async function logIn(page, token = TOKEN) {
  await page.locator('#token').fill(token);
  await page.locator('#login-form button').click();
}

/** Logged in, with figures. */
export async function operate(browser, hub, options) {
  const page = await open(browser, hub, options);
  await logIn(page);
  await page.locator('#link', { hasText: /^live$/ }).waitFor();
  return page;
}

export const tab = (page, name) => page.locator(`#tabs a[data-view="${name}"]`).click();

/** The row of a table that shows this text. */
export const row = (page, text) => page.locator('tbody tr', { hasText: text });
