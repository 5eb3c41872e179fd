import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Server } from './server';

/** Debian's browser, or another by `CHROMIUM`. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A window of an agent, and all that went wrong in it. */
export interface Window {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors on the console, and requests to other machines. */
  readonly complaints: string[];
}

/** How the desk is looked at. */
export const LOOKS = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} satisfies Record<string, BrowserContextOptions>;

/** Opens a window that is signed in with a token; without one it is whoever the server takes it for. */
export async function openWindow(browser: Browser, { url: own }: Server, token: string | null, options: BrowserContextOptions = LOOKS.desktop): Promise<Window> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  if (token) await context.addInitScript((value) => sessionStorage.setItem('tandem.token', value), token);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // What a cut connection makes the browser say is part of the play.
    if (message.type() === 'error' && !/ERR_INTERNET_DISCONNECTED|WebSocket connection/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(own) && !/^(data|blob):/.test(request.url())) complaints.push(`asked ${request.url()}`);
  });
  return { page, context, complaints };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules of WCAG 2.2 AA and axe's own best practices that a page breaks, in words. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // What moves is judged when it has come to rest.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((each) => each.effect?.getComputedTiming().iterations !== Infinity).map((each) => each.finished)));
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`));
  });
}

/** Where screenshots go; without `TANDEM_SCREENSHOTS` none are kept. */
const SCREENSHOTS = process.env['TANDEM_SCREENSHOTS'];

/** Keeps a picture of the window. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (!SCREENSHOTS) return;
  const folder = resolve(SCREENSHOTS);
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}

/** Asks the API itself. */
export async function ask<Data>({ url, token }: Server, query: string): Promise<Data> {
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

/** The demo's ticket with three customers in three languages, open at the start. */
export interface Scene {
  readonly ticket: { readonly id: string; readonly number: number; readonly name: string };
  readonly conversations: readonly { readonly id: string; readonly subject: string }[];
}

export async function findScene(server: Server): Promise<Scene> {
  const { tickets } = await ask<{ tickets: { nodes: (Scene['ticket'] & { conversations: { nodes: Scene['conversations'] } })[] } }>(server, `{
    tickets(first: 1, filter: { priority: [URGENT] }, orderBy: { field: CREATED_AT, direction: ASC }) {
      nodes { id number name conversations(first: 5) { nodes { id subject } } }
    }
  }`);
  const [ticket] = tickets.nodes;
  if (!ticket) throw new Error('The demo has no urgent ticket');
  return { ticket, conversations: ticket.conversations.nodes };
}
