import { describe, expect, it } from 'vitest';
import type { ConversationFilter, ConversationOrder, ConversationRowFragment, ConversationViewSubscription, FeedSubscription } from '#generated';
import { applyChange } from '../../src/desk/list/apply-frame';
import { OlderRows } from '../../src/desk/list/older-rows';
import { passes } from '../../src/desk/list/passes';
import { comparePlaces, moment } from '../../src/desk/list/place';

type Row = ConversationRowFragment;
type Frame = ConversationViewSubscription['conversationView'];
type Cascade = FeedSubscription['cascades'];

const VIEWER = 'user_me';
const WINDOW = 6;
const PAGE = 4;
/** So few moments that ties are common. */
const MOMENTS = 40;

/** A generator of numbers below a bound, the same for the same seed. */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

/** A moment, written with as many digits as the server would. */
const at = (tick: number) => `2026-11-22T10:00:${String(Math.floor(tick / 4)).padStart(2, '0')}${['', '.250', '.500001', '.500002'][tick % 4]}Z`;

const row = (id: string, parts: object): Row =>
  ({
    id,
    inbox: { id: 'inbox_1' },
    contact: { id: 'contact_1' },
    channel: { kind: 'EMAIL' },
    workspace: 'INBOX',
    status: 'OPEN',
    owner: null,
    ticket: null,
    trashedAt: null,
    createdAt: at(0),
    lastActivityAt: at(0),
    ...parts,
  }) as unknown as Row;

/** A server's conversations, with everything that a client is told of them; what is told arrives later. */
class Server {
  rows = new Map<string, Row>();
  #random: (below: number) => number;
  #filter: ConversationFilter;
  #order: ConversationOrder;
  #shown: Row[] = [];
  #made = 0;

  constructor(next: (below: number) => number, filter: ConversationFilter, order: ConversationOrder) {
    this.#random = next;
    this.#filter = filter;
    this.#order = order;
    for (let count = 0; count < 25; count += 1) this.#create();
  }

  list(): Row[] {
    return [...this.rows.values()].filter((each) => passes(this.#filter, each, VIEWER)).sort(comparePlaces(this.#order));
  }

  page(after: Row | null): { nodes: Row[]; hasNext: boolean } {
    const rest = this.list().filter((each) => after !== null && comparePlaces(this.#order)(each, after) > 0);
    return { nodes: rest.slice(0, PAGE), hasNext: rest.length > PAGE };
  }

  snapshot(): Frame {
    this.#shown = this.list().slice(0, WINDOW);
    return { __typename: 'ConversationViewSnapshot', nodes: this.#shown, totalCount: this.list().length } as unknown as Frame;
  }

  /** Something happens: what the feed says of it, and the frame of the window. */
  happen(): { cascade: Cascade; frame: Frame } {
    const touched = this.#change();
    const before = this.#shown;
    const list = this.list();
    this.#shown = list.slice(0, WINDOW);
    const placed = this.#shown.map((node, index) => ({ index, node }));
    const had = new Set(before.map(({ id }) => id));
    const has = new Set(this.#shown.map(({ id }) => id));
    const frame = {
      __typename: 'ConversationViewChange',
      left: before.filter(({ id }) => !has.has(id)).map(({ id }) => id),
      entered: placed.filter(({ node }) => !had.has(node.id)),
      updated: placed.filter(({ node }) => had.has(node.id) && touched.includes(node.id)),
      totalCount: list.length,
    };
    const effects = touched.map((subjectId) => {
      const subject = this.rows.get(subjectId);
      return { __typename: subject ? 'ConversationStatusChanged' : 'Purged', subjectId, subject: subject && { __typename: 'Conversation', ...subject } };
    });
    return { cascade: { effects } as unknown as Cascade, frame: frame as unknown as Frame };
  }

  #change(): string[] {
    const ids = [...this.rows.keys()];
    const some = () => ids[this.#random(ids.length)] ?? '';
    switch (this.#random(6)) {
      case 0:
        return [this.#create()];
      case 1:
        return [this.#put(some(), { status: this.#random(2) ? 'OPEN' : 'CLOSED' })];
      case 2:
        return [this.#put(some(), { owner: this.#random(2) ? { id: VIEWER } : null })];
      case 3:
        return [this.#put(some(), { lastActivityAt: at(this.#random(MOMENTS)) })];
      case 4:
        return [this.#put(some(), { trashedAt: this.#random(2) ? at(1) : null }), this.#put(some(), { trashedAt: null })];
      default: {
        const id = some();
        this.rows.delete(id);
        return [id];
      }
    }
  }

  #create(): string {
    this.#made += 1;
    const id = `conversation_${String(this.#random(1000)).padStart(3, '0')}_${this.#made}`;
    return this.#put(id, { status: this.#random(4) ? 'OPEN' : 'CLOSED', createdAt: at(this.#random(MOMENTS)), lastActivityAt: at(this.#random(MOMENTS)) });
  }

  #put(id: string, parts: object): string {
    this.rows.set(id, { ...(this.rows.get(id) ?? row(id, {})), ...parts });
    return id;
  }
}

/** A window after a frame, as the cache has it. */
function applyTo(rows: readonly Row[], frame: Frame): { rows: readonly Row[]; totalCount: number } {
  if (frame.__typename === 'ConversationViewSnapshot') return { rows: frame.nodes, totalCount: frame.totalCount };
  const known = new Map([...rows, ...[...frame.entered, ...frame.updated].map(({ node }) => node)].map((each) => [each.id, each]));
  const ids = applyChange(rows.map(({ id }) => id), frame);
  return { rows: ids.flatMap((id) => known.get(id) ?? []), totalCount: frame.totalCount };
}

describe('a live window with older rows behind it', () => {
  const lists: readonly (readonly [string, ConversationFilter, ConversationOrder])[] = [
    ['all open ones, newest first', { status: 'OPEN' }, { field: 'LAST_ACTIVITY_AT', direction: 'DESC' }],
    ['nobody’s, oldest first', { ownerId: null }, { field: 'CREATED_AT', direction: 'ASC' }],
    ['open or mine', { or: [{ status: 'OPEN' }, { ownedByMe: true }] }, { field: 'LAST_ACTIVITY_AT', direction: 'ASC' }],
  ];

  it.each(lists)('is at last what the server has, whatever came in whichever order: %s', (_name, filter, order) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const next = random(seed);
      const server = new Server(next, filter, order);
      const older = new OlderRows({ filter, orderBy: order }, VIEWER);
      let window = applyTo([], server.snapshot());
      const frames: Frame[] = [];
      const cascades: Cascade[] = [];
      let edge: Row | null = null;
      let ended = false;
      /** An answer that is on its way. */
      let asked: ReturnType<Server['page']> | null = null;

      const shown = () => older.after(window.rows, window.totalCount);
      const takeFrame = () => {
        const frame = frames.shift();
        if (frame) window = applyTo(window.rows, frame);
      };
      const takeCascade = () => {
        const cascade = cascades.shift();
        if (!cascade) return;
        const before = JSON.stringify(shown());
        const seen = older.tell(cascade);
        expect(seen || JSON.stringify(shown()) === before, `what is seen is said, seed ${seed}`).toBe(true);
      };
      const ask = () => {
        if (ended) return;
        // The end of the window is the server's to name, before there is a page.
        const after: Row | null = edge ?? server.list()[WINDOW - 1] ?? null;
        asked ??= after ? server.page(after) : { nodes: [], hasNext: false };
      };
      const takePage = () => {
        if (!asked) return;
        older.addPage(asked.nodes, asked.hasNext);
        edge = asked.nodes.at(-1) ?? edge;
        ended = !asked.hasNext;
        asked = null;
      };
      const happen = () => {
        const { cascade, frame } = server.happen();
        frames.push(frame);
        cascades.push(cascade);
      };
      const steps = [happen, happen, takeFrame, takeFrame, takeCascade, takeCascade, ask, takePage];

      for (let step = 0; step < 150; step += 1) {
        steps[next(steps.length)]?.();
        const ids = shown().map(({ id }) => id);
        expect(new Set(ids).size, `nothing twice, seed ${seed}`).toBe(ids.length);
        const afterWindow = shown().slice(window.rows.length);
        expect(afterWindow, `in order, seed ${seed}`).toEqual(afterWindow.toSorted(comparePlaces(order)));
      }
      while (frames.length > 0) takeFrame();
      while (cascades.length > 0) takeCascade();
      takePage();
      const whole = server.list();
      const isWithin = (each: Row, index: number) => index < WINDOW || ended || (edge !== null && comparePlaces(order)(each, edge) <= 0);
      expect(shown().map(({ id }) => id), `seed ${seed}`).toEqual(whole.filter(isWithin).map(({ id }) => id));
      expect(shown(), `as they are now, seed ${seed}`).toEqual(whole.filter(isWithin).map((each) => expect.objectContaining({ id: each.id, status: each.status, owner: each.owner })));
    }
  });

  it('shows a ticket as it was last told of', () => {
    const ticket = (version: number, name: string) => ({ id: 'ticket_1', version, name });
    const older = new OlderRows({ filter: {} }, VIEWER);
    const rows = ['a', 'b'].map((id, index) => row(id, { lastActivityAt: at(20 - index) }));
    older.addPage([row('c', { ticket: ticket(1, 'Lever') })], false);
    older.tell({ effects: [{ __typename: 'PropertyChanged', subjectId: 'ticket_1', subject: { __typename: 'Ticket', ...ticket(3, 'Brake lever') } }] } as unknown as Cascade);
    older.addPage([row('d', { ticket: ticket(2, 'A lever') })], false);
    expect(older.after(rows, 4).map((each) => each.ticket?.name)).toEqual([undefined, undefined, 'Brake lever', 'Brake lever']);
  });
});

describe('whether a conversation is in a list', () => {
  const mine = row('a', { owner: { id: VIEWER }, ticket: { id: 'ticket_1' }, lastActivityAt: '2026-11-22T10:00:00.5Z' });
  const free = row('b', {});
  it.each<[string, ConversationFilter, boolean, boolean]>([
    ['nothing asked for', {}, true, true],
    ['nobody’s', { ownerId: null }, false, true],
    ['somebody’s', { ownerId: VIEWER }, true, false],
    ['of whoever asks', { ownedByMe: true }, true, false],
    ['of others', { ownedByMe: false }, false, true],
    ['with a ticket', { hasTicket: true }, true, false],
    ['of a ticket', { ticketId: 'ticket_1' }, true, false],
    ['null where it means nothing', { status: null, inboxId: null }, true, true],
    ['of no channel', { channel: [] }, false, false],
    ['of a channel', { channel: ['EMAIL', 'CHAT'] }, true, true],
    ['in the trash', { inTrash: true }, false, false],
    ['one of', { or: [{ hasTicket: true }, { status: 'CLOSED' }] }, true, false],
    ['one of none', { or: [] }, false, false],
    ['all of', { and: [{ status: 'OPEN' }, { ownedByMe: true }] }, true, false],
    ['not', { not: { hasTicket: true } }, false, true],
    ['since, to the fraction', { lastActivityAt: { from: '2026-11-22T10:00:00.500000Z' } }, true, false],
    ['until, at another offset', { lastActivityAt: { before: '2026-11-22T12:00:00.5+02:00' } }, false, true],
  ])('%s', (_name, filter, first, second) => {
    expect([passes(filter, mine, VIEWER), passes(filter, free, VIEWER)]).toEqual([first, second]);
  });

  it('leaves what is in the trash to the trash', () => {
    const trashed = row('c', { trashedAt: at(3) });
    expect(passes({}, trashed, VIEWER)).toBe(false);
    expect(passes({ inTrash: true }, trashed, VIEWER)).toBe(true);
  });
});

it('moments sort by time, whatever digits they are written with', () => {
  const moments = ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000001Z', '2026-11-22T10:00:00.5Z', '2026-11-22T10:00:00.500001Z', '2026-11-22T10:00:01Z'];
  expect(moments.map(moment).toSorted()).toEqual(moments.map(moment));
});
