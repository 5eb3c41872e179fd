import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems, launch, openWindow, screenshot, type Window } from './browser';
import { type Server, startServer } from './server';

/** Two agents and the views that one of them saves: for herself, and for all. */
describe('saved views', () => {
  let server: Server;
  let browser: Browser;
  let maja: Window;
  let greta: Window;
  beforeAll(async () => {
    server = await startServer();
    browser = await launch();
    maja = await openWindow(browser, server, null);
    greta = await openWindow(browser, server, server.colleague);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const navigation = (page: Page) => page.getByRole('navigation', { name: 'Inboxes and views' });
  const entry = (page: Page, name: string) => navigation(page).getByRole('link', { name: new RegExp(`^${name}`) });
  const counted = async (page: Page, name: string) => Number(await entry(page, name).locator('.count > [aria-hidden]').textContent());
  const dialog = (page: Page) => page.getByRole('dialog');

  it('are made of what one looks at, without a mouse', async () => {
    const { page } = maja;
    await page.goto(`${server.url}#/mine`);
    await page.locator('.row').first().waitFor();
    const mine = await page.locator('.row').count();
    await page.getByRole('button', { name: 'Save as a view' }).last().focus();
    await page.keyboard.press('Enter');
    await dialog(page).waitFor();
    expect(await dialog(page).getByLabel('Owner').inputValue()).toBe('me');
    expect(await dialog(page).getByLabel('Status').inputValue()).toBe('OPEN');
    await dialog(page).getByText(`${mine} conversations now`).waitFor();

    await page.keyboard.press('Enter');
    await dialog(page).getByText('Give it a name.').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.type('Oldest first');
    await dialog(page).getByLabel('Order').selectOption('Oldest first');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Oldest first' }).waitFor();
    await expect.poll(() => page.locator('.row').count()).toBe(mine);
    await expect.poll(() => counted(page, 'Oldest first')).toBe(mine);
    expect(await entry(page, 'Oldest first').getAttribute('aria-current')).toBe('page');
  });

  it('count live, and list what their conditions ask for', async () => {
    const { page } = maja;
    await page.goto(`${server.url}#/unassigned`);
    await page.locator('.row').first().waitFor();
    await page.getByRole('button', { name: 'Save as a view' }).last().click();
    await dialog(page).getByRole('textbox', { name: 'Name' }).fill('Free tickets');
    await dialog(page).getByLabel('Ticket').selectOption('With a ticket');
    await dialog(page).getByRole('checkbox', { name: 'All colleagues see it' }).check();
    await screenshot(page, 'view-form');
    await dialog(page).getByRole('button', { name: 'Save view' }).click();
    await page.getByRole('heading', { name: 'Free tickets' }).waitFor();
    const before = await counted(page, 'Free tickets');
    expect(before).toBeGreaterThan(0);
    await page.locator('.row a').first().click();
    await page.getByRole('button', { name: 'Take it' }).click();
    await expect.poll(async () => (before === 1 ? entry(page, 'Free tickets').locator('.count').count() : counted(page, 'Free tickets'))).toBe(before - 1);
    await expect.poll(() => page.locator('.row').count()).toBe(before - 1);
  });

  it('are seen by colleagues if they are shared, who may not change them', async () => {
    const { page } = greta;
    await page.goto(`${server.url}#/open`);
    await entry(page, 'Free tickets').click();
    await page.getByRole('heading', { name: 'Free tickets' }).waitFor();
    expect(await page.getByRole('button', { name: 'Change this view' }).count()).toBe(0);
    expect(await entry(page, 'Oldest first').count()).toBe(0);
  });

  it('are refused a name that there is, beside the field', async () => {
    const { page } = maja;
    await entry(page, 'Oldest first').click();
    await page.getByRole('heading', { name: 'Oldest first' }).waitFor();
    await page.getByRole('button', { name: 'Save as a view' }).click();
    await dialog(page).getByRole('textbox', { name: 'Name' }).fill('Oldest first');
    await dialog(page).getByRole('button', { name: 'Save view' }).click();
    const problem = dialog(page).locator('.field-error');
    await problem.filter({ hasText: /\w/ }).waitFor();
    expect(await problem.textContent()).toContain('Oldest first');
    await page.keyboard.press('Escape');
  });

  it('can be renamed, changed and shared, and deleted at the second press', async () => {
    const { page } = maja;
    await page.getByRole('button', { name: 'Change this view' }).click();
    await dialog(page).getByRole('textbox', { name: 'Name' }).fill('All that is closed');
    await dialog(page).getByLabel('Status').selectOption('Closed');
    await dialog(page).getByLabel('Owner').selectOption('Anybody or nobody');
    await dialog(page).getByRole('checkbox', { name: 'All colleagues see it' }).check();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'All that is closed' }).waitFor();
    await page.locator('.row').first().waitFor();
    const closed = await counted(page, 'All that is closed');
    await expect.poll(() => page.locator('.row').count()).toBe(Math.min(30, closed));
    // Who comes back to the desk has what was shared meanwhile.
    await greta.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await entry(greta.page, 'All that is closed').waitFor();

    await page.getByRole('button', { name: 'Change this view' }).click();
    await dialog(page).getByRole('button', { name: 'Delete' }).click();
    await dialog(page).getByRole('button', { name: 'Delete “All that is closed”?' }).click();
    await page.getByRole('heading', { name: 'All open' }).waitFor();
    expect(await entry(page, 'All that is closed').count()).toBe(0);
  });

  it('asked no other machine, and met no error', () => {
    expect(maja.complaints).toEqual([]);
    expect(greta.complaints).toEqual([]);
  });
});
