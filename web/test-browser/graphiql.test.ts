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

  /** Opens a tab and runs it at once, before GraphiQL has read its document. */
  async function run(page: Page, tab: number, name: string): Promise<void> {
    await runButton(page).waitFor();
    const opener = await page.locator('.graphiql-tab').nth(tab).locator('button').first().elementHandle();
    await runButton(page).evaluate((button: HTMLElement, opener) => {
      (opener as HTMLElement).click();
      button.click();
    }, opener);
    await expect.poll(() => sent).toContain(name);
  }

  it('are there', async () => {
    const { page } = window;
    await expect.poll(() => page.locator('.graphiql-tab').count()).toBe(tabs.length);
    // Without its two editors GraphiQL runs nothing.
    await page.locator('.graphiql-query-editor .view-line', { hasText: 'query Inbox' }).waitFor();
    await response(page).locator('.monaco-editor').waitFor();
  });

  it.each(tabs.map((tab, index) => ({ ...tab, index })))('run: $name', async ({ name, has, index }) => {
    const { page } = window;
    await run(page, index, name);
    // A stream without a beginning waits for what happens next, until it is stopped.
    if (has !== null) await expect.poll(() => response(page).innerText()).toContain(has);
    expect(await response(page).innerText()).not.toContain('"errors"');
    await screenshot(page, `graphiql-${name}`);
    if (await stopButton(page).isVisible()) await stopButton(page).click();
  });

  it('asked no other machine, and met no error', () => {
    expect(window.complaints).toEqual([]);
  });
});
