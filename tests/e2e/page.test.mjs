// The page in a real browser: sign in, order, and see it become complete in both tabs without touching anything.
// CONTOSO_SCREENSHOTS=DIR keeps pictures of what was seen.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { someone, startServer } from '../support/server.mjs';

const browserPath = process.env.CONTOSO_BROWSER ?? '/usr/bin/chromium';
const skip = existsSync(browserPath) ? false : `there is no browser at ${browserPath}`;

describe('the page', { skip }, () => {
  let server;
  let browser;
  const trouble = [];

  before(async () => {
    server = await startServer();
    browser = await chromium.launch({
      executablePath: browserPath,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const picture = async (page, name) => {
    const folder = process.env.CONTOSO_SCREENSHOTS;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  };

  async function signIn(context, user) {
    const page = await context.newPage();
    page.on('pageerror', (error) => trouble.push(`page: ${error.message}`));
    page.on('console', (message) => { if (message.type() === 'error') trouble.push(`console: ${message.text()}`); });
    await page.goto(server.url);
    await page.getByLabel('User id').fill(user);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#link[data-state="live"]').waitFor();
    return page;
  }

  async function order(page, count) {
    await page.getByRole('button', { name: /^One more of/ }).first().waitFor();
    const buttons = page.getByRole('button', { name: /^One more of/ });
    for (let i = 0; i < count; ++i) await buttons.nth(i).click();
    await page.getByRole('button', { name: 'Place order' }).click();
  }

  test('an order is seen complete in two tabs of its owner, and in no one else\'s', async () => {
    const user = someone('browser');
    const [mine, theirs] = [await browser.newContext(), await browser.newContext()];
    const [first, second] = [await signIn(mine, user), await signIn(mine, user)];
    const other = await signIn(theirs, someone('another'));
    await picture(first, '1-signed-in');

    await order(first, 2);
    for (const tab of [first, second]) await tab.locator('li.order.Completed').waitFor({ timeout: 20_000 });
    await picture(first, '2-complete');
    await picture(second, '3-second-tab');

    for (const tab of [first, second]) {
      assert.equal(await tab.locator('li.order').count(), 1);
      assert.match(await tab.locator('li.order').innerText(), /Order \d+[\s\S]*Complete/);
    }
    assert.equal(await other.locator('li.order').count(), 0);
    await Promise.all([mine.close(), theirs.close()]);
  });

  test('after the server was killed and is back, the page goes on by itself', async () => {
    const user = someone('patient');
    const context = await browser.newContext();
    const page = await signIn(context, user);
    await order(page, 1);
    await page.locator('li.order.Completed').waitFor({ timeout: 20_000 });

    await server.kill('SIGKILL');
    await page.locator('#link:not([data-state="live"])').waitFor({ timeout: 20_000 });
    await picture(page, '4-connection-lost');
    server.ended = undefined;
    await server.start();
    await page.locator('#link[data-state="live"]').waitFor({ timeout: 60_000 });
    await order(page, 1);
    await page.locator('li.order.Completed').nth(1).waitFor({ timeout: 20_000 });
    await picture(page, '5-back');
    await context.close();
    trouble.splice(0, trouble.length, ...trouble.filter((t) => !/ERR_CONNECTION_REFUSED|WebSocket connection to|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_SOCKET_NOT_CONNECTED/.test(t)));
  });

  test('reading it needs no one but us, and says so', async () => {
    const page = await browser.newPage();
    const hosts = new Set();
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    const answer = await page.goto(server.url);
    assert.deepEqual([...hosts], [new URL(server.url).host]);
    const headers = answer.headers();
    assert.match(headers['content-security-policy'] ?? '', /default-src/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    await page.close();
  });

  test('it is usable by keyboard on a small screen', async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await signIn(context, someone('small'));
    await page.getByRole('button', { name: /^One more of/ }).first().waitFor();
    await picture(page, '6-small');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert.equal(wide, false, 'it scrolls sideways');
    await page.getByRole('button', { name: /^One more of/ }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Place order' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('li.order.Completed').waitFor({ timeout: 20_000 });
    await context.close();
  });

  test('nothing was complained of', () => assert.deepEqual(trouble, []));
});
