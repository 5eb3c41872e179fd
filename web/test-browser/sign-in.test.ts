import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems, ask, launch, openWindow, screenshot, type Window } from './browser';
import { type Server, startServer } from './server';

/** The password of everybody in the demo. */
const PASSWORD = 'try tandem now';

describe('signing in', () => {
  let server: Server;
  let browser: Browser;
  let agent: Window;
  beforeAll(async () => {
    server = await startServer();
    browser = await launch();
    agent = await openWindow(browser, server, null);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const signOut = async () => {
    const { page } = agent;
    await page.getByRole('button', { name: 'Account and settings' }).click();
    await page.getByRole('button', { name: /^Sign (out|in as somebody else)$/ }).click();
    await page.getByRole('heading', { name: 'Tandem' }).waitFor();
  };
  const sessions = async () =>
    (await ask<{ sessions: { id: string }[] }>({ ...server, token: server.token }, '{ sessions { id } }')).sessions.length;

  it('asks for what belongs together', async () => {
    const { page } = agent;
    await page.goto(server.url);
    await page.locator('.row').first().waitFor();
    await signOut();
    expect(await accessibilityProblems(page)).toEqual([]);
    await screenshot(page, 'sign-in');
    await page.getByLabel('E-mail address').fill('maja@quillfern.example.com');
    await page.getByLabel('Password').fill('guessed');
    await page.keyboard.press('Enter');
    await page.getByText('do not belong together').waitFor();
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('maja@quillfern.example.com');
  });

  it('opens a session and ends it', async () => {
    const { page } = agent;
    const before = await sessions();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('.row').first().waitFor();
    expect(await sessions()).toBe(before + 1);
    await page.reload();
    await page.locator('.row').first().waitFor();
    await signOut();
    expect(await sessions()).toBe(before);
  });

  it('takes a token too, and says when it is none', async () => {
    const { page } = agent;
    await page.getByRole('button', { name: 'Sign in with a token' }).click();
    await page.getByLabel('Access token').fill('tdm_nonsense');
    await page.keyboard.press('Enter');
    await page.getByText('sign in again').waitFor();
    await page.getByRole('button', { name: 'Sign in with a token' }).click();
    await page.getByLabel('Access token').fill(server.colleague);
    await page.keyboard.press('Enter');
    await page.locator('.row').first().waitFor();
  });
});
