import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openWindow, screenshot, type Window } from './browser';
import { type Server, startServer } from './server';

/** GraphiQL as `tandem dev` serves it: signed in, with tabs that run as they stand. */
describe('the prepared tabs of GraphiQL', () => {
  let server: Server;
  let browser: Browser;
  let window: Window;
  /** The names of the operations that were sent. */
  const sent: string[] = [];

  beforeAll(async () => {
    server = await startServer();
    browser = await launch();
    window = await openWindow(browser, server, null);
    const { page } = window;
    const note = (body: { operationName?: string } | undefined) => body?.operationName && sent.push(body.operationName);
    page.on('request', (request) => request.method() === 'POST' && note(request.postDataJSON() as { operationName?: string }));
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => note((JSON.parse(String(payload)) as { payload?: object }).payload)));
    await page.goto(`${server.url}graphiql/`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const response = (page: Page) => page.locator('.graphiql-response');
  const runButton = (page: Page) => page.getByRole('button', { name: /Execute query/ });
  const stopButton = (page: Page) => page.getByRole('button', { name: /Stop query/ });
  const tabs = [
    { name: 'Inbox', has: '"inboxes"' },
    { name: 'Sidebar', has: '"conversation"' },
    { name: 'Preview', has: '"PREVIEWED"' },
    { name: 'CloseTicket', has: '"APPLIED"' },
    { name: 'Live', has: null },
    { name: 'Resume', has: '"cascades"' },
  ];

  /**
   * Runs the open tab. GraphiQL takes a moment to notice that the editor has another tab's query; until then its
   * button runs the old operation, or none.
   */
  async function run(page: Page, name: string): Promise<void> {
    await page.locator('.graphiql-query-editor .view-line', { hasText: new RegExp(`(query|mutation|subscription)\\s${name}\\b`) }).waitFor();
    await expect
      .poll(async () => {
        if (await runButton(page).isVisible()) await runButton(page).click();
        return sent.at(-1);
      }, { timeout: 15_000, interval: 250 })
      .toBe(name);
  }

  it('are there', async () => {
    await runButton(window.page).waitFor();
    await expect.poll(() => window.page.locator('.graphiql-tab').count()).toBe(tabs.length);
  });

  it.each(tabs.map((tab, index) => ({ ...tab, index })))('run: $name', async ({ name, has, index }) => {
    const { page } = window;
    await page.locator('.graphiql-tab').nth(index).locator('button').first().click();
    await run(page, name);
    // A stream without a beginning waits for what happens next, until it is stopped.
    if (has !== null) await expect.poll(() => response(page).innerText(), { timeout: 15_000 }).toContain(has);
    expect(await response(page).innerText()).not.toContain('"errors"');
    await screenshot(page, `graphiql-${name}`);
    if (await stopButton(page).isVisible()) await stopButton(page).click();
  });

  it('asked no other machine, and met no error', () => {
    // A request with the name of another tab's operation, as above, is refused with 400.
    expect(window.complaints.filter((complaint) => !complaint.includes('400 (Bad Request)'))).toEqual([]);
  });
});
