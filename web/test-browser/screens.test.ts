import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems, ask, findScene, launch, LOOKS, openWindow, type Scene, screenshot } from './browser';
import { type Server, startServer } from './server';

/** Each screen by itself: nothing that axe finds fault with, and a picture. */
describe('every screen', () => {
  let server: Server;
  let browser: Browser;
  let scene: Scene;
  beforeAll(async () => {
    server = await startServer();
    [browser, scene] = await Promise.all([launch(), findScene(server)]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const conversation = () => `#/open/${scene.conversations[0]?.id}`;
  const message = (page: Page) => page.locator('.message').first().waitFor();
  const screens: readonly { readonly name: string; readonly at: () => string; readonly open: (page: Page) => Promise<unknown> }[] = [
    { name: 'list', at: () => '#/open', open: (page) => page.locator('.row').first().waitFor() },
    { name: 'desk', at: conversation, open: message },
    { name: 'record', at: () => `#/tickets/${scene.ticket.id}`, open: (page) => page.locator('.history li').first().waitFor() },
    { name: 'trash', at: () => '#/trash', open: (page) => page.locator('.trash-group').first().waitFor() },
    { name: 'search', at: () => '#/search?q=brake', open: (page) => page.locator('.row').first().waitFor() },
    { name: 'nothing-found', at: () => '#/search?q=xyzzy', open: (page) => page.getByText('Nothing found').waitFor() },
    { name: 'not-found', at: () => '#/open/conversation_00000000000000000000000000', open: (page) => page.getByText('There is no such conversation').waitFor() },
    {
      name: 'view-form',
      at: () => '#/mine',
      open: async (page) => {
        await page.getByRole('button', { name: 'Save as a view' }).last().click();
        const dialog = page.getByRole('dialog', { name: 'Save a view' });
        await dialog.getByText(/\d+ conversations? now/).waitFor();
        await dialog.getByRole('textbox', { name: 'Name' }).fill('What I have to do');
      },
    },
    {
      name: 'shortcuts',
      at: conversation,
      open: async (page) => {
        await message(page);
        await page.keyboard.press('?');
        await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
      },
    },
    {
      name: 'preview',
      at: conversation,
      open: async (page) => {
        await message(page);
        await page.keyboard.press('s');
        await page.getByRole('option', { name: 'Closed' }).click();
        await page.getByRole('dialog', { name: 'Close the ticket?' }).waitFor();
      },
    },
  ];
  const looks: readonly (readonly [string, BrowserContextOptions])[] = [
    ['light', { ...LOOKS.desktop, colorScheme: 'light' }],
    ['dark', { ...LOOKS.desktop, colorScheme: 'dark' }],
    ['phone', { ...LOOKS.phone, colorScheme: 'light' }],
  ];

  describe.each(looks)('%s', (look, options) => {
    it.each(screens)('$name', async ({ name, at, open }) => {
      const { page, context, complaints } = await openWindow(browser, server, null, options);
      await page.goto(server.url + at());
      await open(page);
      expect(await accessibilityProblems(page)).toEqual([]);
      await screenshot(page, `${name}-${look}`);
      expect(complaints).toEqual([]);
      await context.close();
    });

    it('the drawers of a narrow window, the dialogs and the menu', async () => {
      const { page, context } = await openWindow(browser, server, null, options);
      await page.goto(server.url + conversation());
      await message(page);
      const sideButton = page.getByRole('button', { name: 'Show ticket and contact' });
      if (await sideButton.isVisible()) await sideButton.click();
      await page.getByRole('button', { name: 'Edit displayed properties' }).click();
      await page.getByRole('dialog', { name: 'Displayed properties' }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await screenshot(page, `properties-${look}`);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^Edit Category/ }).click();
      expect(await accessibilityProblems(page)).toEqual([]);
      await screenshot(page, `side-${look}`);
      await page.goto(`${server.url}#/trash`);
      const menu = page.getByRole('button', { name: 'Show inboxes and views' });
      if (await menu.isVisible()) await menu.click();
      await page.getByRole('button', { name: /Account and settings/ }).click();
      expect(await accessibilityProblems(page)).toEqual([]);
      await screenshot(page, `menu-${look}`);
      await context.close();
    });

    it('signing in', async () => {
      const { page, context } = await openWindow(browser, server, 'not-a-token', options);
      await page.goto(server.url);
      await page.getByText('You have been signed out').waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await screenshot(page, `sign-in-${look}`);
      await context.close();
    });
  });

  it('a view that somebody saved, with its count', async () => {
    await ask(server, `mutation {
      createSavedView(input: {
        name: "My tickets, oldest first"
        list: { conversations: { filter: { status: OPEN, hasTicket: true, ownedByMe: true }, orderBy: { field: CREATED_AT, direction: ASC } } }
      }) { userErrors { message } }
    }`);
    const { page, context, complaints } = await openWindow(browser, server, null);
    await page.goto(server.url);
    const link = page.getByRole('navigation', { name: 'Inboxes and views' }).getByRole('link', { name: /^My tickets, oldest first/ });
    await link.click();
    await page.getByRole('heading', { name: 'My tickets, oldest first' }).waitFor();
    await page.locator('.row').first().waitFor();
    const count = Number(await link.locator('.count > [aria-hidden]').textContent());
    await expect.poll(() => page.locator('.row').count()).toBe(count);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it.each([
    ['de-DE', 'Alle offenen'],
    ['pl-PL', 'Wszystkie otwarte'],
  ])('speaks the language of the browser: %s', async (locale, words) => {
    const { page, context, complaints } = await openWindow(browser, server, null, { ...LOOKS.desktop, locale });
    await page.goto(server.url + conversation());
    await message(page);
    await page.getByRole('heading', { name: words }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe(locale.slice(0, 2));
    expect(await accessibilityProblems(page)).toEqual([]);
    await screenshot(page, `desk-${locale.slice(0, 2)}`);
    await page.locator('.list-title button').last().click();
    await page.locator('dialog[open]').waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await screenshot(page, `view-form-${locale.slice(0, 2)}`);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
