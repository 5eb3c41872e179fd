import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems, ask, launch, LOOKS, openWindow, screenshot, type Window } from './browser';
import { type Server, startServer } from './server';

/** With those of the demo more than a live list and a page after it can have. */
const RIDERS = 130;
const MESSAGES = 95;
const TRASHED = 30;
/** So many mutations a request takes with ease. */
const AT_ONCE = 30;

/** Lists that go on for longer than any page: they are read to their ends, and stay right meanwhile. */
describe('what is too long for one page', () => {
  let server: Server;
  let browser: Browser;
  let maja: Window;
  let channelId: string;

  const receive = (threadKey: string, name: string, subject: string, text: string) =>
    `receiveMessage(input: { channelId: "${channelId}", threadKey: "${threadKey}", from: { name: "${name}", email: "${threadKey}@example.org" }, subject: "${subject}", text: "${text}" }) { conversation { id } userErrors { message } }`;
  /** Sends mutations, some at a time and in their order. */
  const all = async (mutations: readonly string[]) => {
    const ids: string[] = [];
    for (let from = 0; from < mutations.length; from += AT_ONCE) {
      const part = mutations.slice(from, from + AT_ONCE).map((mutation, index) => `m${index}: ${mutation}`);
      const data = await ask<Record<string, { conversation: { id: string } | null; userErrors: unknown[] }>>(server, `mutation { ${part.join(' ')} }`);
      for (const { conversation, userErrors } of Object.values(data)) {
        expect(userErrors).toEqual([]);
        ids.push(conversation?.id ?? '');
      }
    }
    return ids;
  };
  let riders: string[] = [];
  const rider = (index: number) => riders[index] ?? '';

  beforeAll(async () => {
    server = await startServer();
    const { inboxes } = await ask<{ inboxes: { name: string; channels: { id: string; kind: string }[] }[] }>(server, '{ inboxes { name channels { id kind } } }');
    channelId = inboxes.find(({ name }) => name === 'Support')?.channels.find(({ kind }) => kind === 'EMAIL')?.id ?? '';
    riders = await all(Array.from({ length: RIDERS }, (_, index) => receive(`rider-${index}`, `Rider ${index}`, `Saddle ${index}`, 'It squeaks uphill.')));
    // Something that happened before all but the first of many messages.
    await all([`updateConversationStatus(input: { conversationId: "${rider(0)}", status: CLOSED }) { conversation { id } userErrors { message } }`]);
    await all(Array.from({ length: MESSAGES }, (_, index) => receive('rider-0', 'Rider 0', 'Saddle 0', `Squeak number ${index}.`)));
    const spam = await all(Array.from({ length: TRASHED }, (_, index) => receive(`spam-${index}`, `Spammer ${index}`, `Offer ${index}`, 'Buy now.')));
    await all(spam.map((id) => `trashConversation(input: { conversationId: "${id}" }) { conversation { id } userErrors { message } }`));
    browser = await launch();
    maja = await openWindow(browser, server, null);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const rows = (page: Page) => page.locator('.row');
  const shown = (page: Page) => rows(page).evaluateAll((all) => all.map((each) => (each as HTMLElement).dataset['row'] ?? ''));
  const toEnd = (page: Page, scroller: string) => page.locator(scroller).evaluate((element) => element.scrollTo(0, element.scrollHeight));
  /** Scrolls until a text is there. */
  const scrollTo = (page: Page, scroller: string, text: string | RegExp) =>
    expect
      .poll(async () => {
        await toEnd(page, scroller);
        return page.locator(scroller).getByText(text).count();
      }, { interval: 100 })
      .toBe(1);
  /** The list as the server has it, from its first page to its last. */
  const asItIs = async (filter: string) => {
    const ids: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: { conversations: { nodes: { id: string }[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } } } = await ask(
        server,
        `{ conversations(filter: ${filter}, first: 100${after === null ? '' : `, after: "${after}"`}) { nodes { id } pageInfo { endCursor hasNextPage } } }`,
      );
      ids.push(...page.conversations.nodes.map(({ id }) => id));
      after = page.conversations.pageInfo.endCursor;
      if (!page.conversations.pageInfo.hasNextPage) return ids;
    }
  };

  it('a row moves to the top when somebody answers, and shows what they wrote', async () => {
    const { page } = maja;
    await page.goto(`${server.url}#/open`);
    await rows(page).nth(20).waitFor();
    const id = (await rows(page).nth(20).getAttribute('data-row')) ?? '';
    for (const text of ['Bring it along.', 'At any time.']) {
      await all([`sendReply(input: { conversationId: "${id}", text: "${text}" }) { conversation { id } userErrors { message } }`]);
      await page.locator(`.row:first-child[data-row="${id}"]`, { hasText: text }).waitFor();
      await all([receive('rider-3', 'Rider 3', '', 'And now?')]);
      await page.locator(`.row:first-child[data-row="${rider(3)}"]`).waitFor();
      await expect.poll(() => shown(page)).toEqual((await asItIs('{ status: OPEN }')).slice(0, 30));
    }
  });

  it('a list goes on to its end, and says so', async () => {
    const { page } = maja;
    await page.goto(`${server.url}#/open`);
    await rows(page).first().waitFor();
    expect(await rows(page).count()).toBe(30);
    await scrollTo(page, '.list-scroll', /^That is all/);
    expect(await shown(page)).toEqual(await asItIs('{ status: OPEN }'));
    expect(await page.locator('.list-end').textContent()).toBe(`That is all: ${await rows(page).count()} conversations`);
    expect(await accessibilityProblems(page)).toEqual([]);
    await screenshot(page, 'list-end');
  });

  it('what happens to its old rows is seen at once, and leaves nothing twice', async () => {
    const { page } = maja;
    const far = rider(20);
    await page.locator(`[data-row="${far}"]`).scrollIntoViewIfNeeded();
    await all([
      `updateConversationStatus(input: { conversationId: "${far}", status: CLOSED }) { conversation { id } userErrors { message } }`,
      `updateConversationOwner(input: { conversationId: "${rider(30)}", ownerId: null }) { conversation { id } userErrors { message } }`,
      `trashConversation(input: { conversationId: "${rider(40)}" }) { conversation { id } userErrors { message } }`,
      receive('rider-25', 'Rider 25', '', 'Now it squeaks downhill.'),
      ...Array.from({ length: 12 }, (_, index) => receive(`late-${index}`, `Late rider ${index}`, `Bell ${index}`, 'It does not ring.')),
    ]);
    await page.locator(`[data-row="${far}"]`).waitFor({ state: 'detached' });
    await expect.poll(() => shown(page)).toEqual(await asItIs('{ status: OPEN }'));
    await page.locator(`[data-row="${rider(25)}"]`, { hasText: 'Now it squeaks downhill.' }).waitFor();
    await all([`updateConversationStatus(input: { conversationId: "${far}", status: OPEN }) { conversation { id } userErrors { message } }`]);
    await expect.poll(() => shown(page)).toEqual(await asItIs('{ status: OPEN }'));
  });

  it('nothing of it is missed without a connection', async () => {
    const { page, context } = maja;
    await context.setOffline(true);
    await page.getByText('Connection lost.').waitFor();
    await all([
      `updateConversationStatus(input: { conversationId: "${rider(10)}", status: CLOSED }) { conversation { id } userErrors { message } }`,
      receive('rider-12', 'Rider 12', '', 'Are you there?'),
    ]);
    // What cannot be fetched now is fetched by itself later.
    const thread = page.getByRole('region', { name: 'Conversation', exact: true });
    await page.locator(`[data-row="${rider(60)}"] a`).click();
    await thread.getByText('The server cannot be reached.').waitFor();
    await context.setOffline(false);
    await page.getByText('Connected again. Nothing was missed.').waitFor();
    await expect.poll(() => shown(page)).toEqual(await asItIs('{ status: OPEN }'));
    await thread.getByText('It squeaks uphill.').waitFor();
  });

  it('the keys go on past the live window, and bring what comes next', async () => {
    const { page } = maja;
    await page.goto(`${server.url}#/mine`);
    await page.getByRole('heading', { name: 'Mine' }).waitFor();
    await page.goto(`${server.url}#/open`);
    await rows(page).first().waitFor();
    await toEnd(page, '.list-scroll');
    await expect.poll(() => rows(page).count()).toBeGreaterThanOrEqual(100);
    const current = () => rows(page).evaluateAll((all) => all.findIndex((each) => each.classList.contains('is-current')));
    await rows(page).nth(97).locator('a').click();
    // The keys go on from the row that is open, which it is a moment after the click.
    await expect.poll(current).toBe(97);
    for (const place of [98, 99, 100, 101]) {
      await page.keyboard.press('j');
      await expect.poll(current).toBe(place);
    }
    await expect.poll(() => rows(page).count()).toBeGreaterThan(110);
    await page.keyboard.press('k');
    await expect.poll(() => rows(page).nth(100).getAttribute('class')).toContain('is-current');
  });

  it('a page that does not come is said, and asked for again', async () => {
    const { page, context, complaints } = await openWindow(browser, server, null, LOOKS.phone);
    await page.goto(`${server.url}#/open`);
    await rows(page).first().waitFor();
    const isOlder = (body: string | null) => body?.includes('OlderRows') ?? false;
    await page.route('**/graphql', (route) => (isOlder(route.request().postData()) ? route.abort() : route.continue()));
    await scrollTo(page, '.list-scroll', 'The rest could not be fetched.');
    expect(await accessibilityProblems(page)).toEqual([]);
    await screenshot(page, 'list-failed-phone');
    await page.unroute('**/graphql');
    await page.locator('.list-end').getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => rows(page).count()).toBeGreaterThan(100);
    expect(complaints.filter((complaint) => !complaint.includes('ERR_FAILED'))).toEqual([]);
    await context.close();
  });

  it('a thread is read upwards to its first message, and what one reads stays where it is', async () => {
    const { page } = maja;
    await page.goto(`${server.url}#/open/${rider(0)}`);
    const message = (text: string) => page.locator('.message', { hasText: text });
    await message(`Squeak number ${MESSAGES - 1}.`).waitFor();
    const firstShown = page.locator('.message').first();
    const text = (await firstShown.locator('.message-text').textContent()) ?? '';
    const scroller = page.locator('.messages');
    await scroller.evaluate((element) => element.scrollTo(0, 0));
    await expect.poll(() => page.locator('.message').count()).toBeGreaterThan(60);
    const top = await message(text).evaluate((element) => element.getBoundingClientRect().top - (element.closest('.messages')?.getBoundingClientRect().top ?? 0));
    expect(top).toBeGreaterThan(0);
    expect(top).toBeLessThan(300);
    await expect
      .poll(async () => {
        await scroller.evaluate((element) => element.scrollTo(0, 0));
        return page.locator('.message').count();
      })
      .toBe(MESSAGES + 1);
    expect(await firstShown.textContent()).toContain('It squeaks uphill.');
    expect(await page.locator('.message.is-new').count()).toBe(0);
    await page.locator('.event', { hasText: 'Open → Closed' }).waitFor();

    // What comes now does not take one away from what one reads.
    const place = () => scroller.evaluate((element) => element.scrollTop);
    // The page that came last was put above what was read then.
    await scroller.evaluate((element) => element.scrollTo(0, 0));
    expect(await place()).toBe(0);
    await all([receive('rider-0', 'Rider 0', '', 'One more squeak.')]);
    const down = page.getByRole('button', { name: '↓' });
    await down.waitFor();
    expect(await place()).toBe(0);
    await down.click();
    await page.locator('.message.is-new', { hasText: 'One more squeak.' }).waitFor();
    await expect.poll(() => scroller.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight)).toBeLessThan(2);
  });

  it('so are the trash and what a search finds', async () => {
    const { page } = maja;
    await page.goto(`${server.url}#/trash`);
    await page.locator('.trash-group').first().waitFor();
    await scrollTo(page, '.trash-scroll', 'Nothing else is in the trash.');
    const groups = page.locator('.trash-group');
    const { trash } = await ask<{ trash: { totalCount: number } }>(server, '{ trash { totalCount } }');
    expect(await groups.count()).toBe(trash.totalCount);
    await groups.last().getByRole('button', { name: 'Restore' }).click();
    await expect.poll(() => groups.count()).toBe(trash.totalCount - 1);

    await page.goto(`${server.url}#/search?q=saddle`);
    await rows(page).first().waitFor();
    await scrollTo(page, '.list-scroll', /^That is all/);
    expect(await rows(page).count()).toBeGreaterThan(RIDERS);
  });

  it('asked no other machine, and met no error', () => {
    expect(maja.complaints).toEqual([]);
  });
});
