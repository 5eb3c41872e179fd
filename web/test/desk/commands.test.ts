import type { Client } from '@urql/core';
import { describe, expect, it } from 'vitest';
import { type CommandDocument, Commands } from '../../src/desk/commands/commands';

type Input = { ticketId: string; dryRun?: boolean; expectedVersion?: number };
const DOCUMENT = {} as CommandDocument<Input>;

const cascade = (effects: object[]) => ({ id: 'cascade_1', effects });
const direct = { __typename: 'TicketStatusChanged', index: 0, causedBy: null };
const caused = { __typename: 'ConversationStatusChanged', index: 1, causedBy: { index: 0 } };
const payload = (result: string, effects: object[] | null, userErrors: object[] = []) => ({
  data: { payload: { result, cascade: effects && cascade(effects), userErrors } },
});
const conflict = payload('REJECTED', null, [{ __typename: 'VersionConflict', code: 'VERSION_CONFLICT', message: '', currentVersion: 7, changedBy: null }]);

/** Commands to a server that answers so, one after the other, and what it was sent. */
function against(...answers: object[]) {
  const sent: Input[] = [];
  const mutation = (_document: unknown, { input }: { input: Input }) => {
    sent.push(input);
    return { toPromise: async () => answers.shift() };
  };
  const commands = new Commands({ mutation } as unknown as Client);
  const answer = async (go: boolean) => {
    await expect.poll(() => commands.question.get()).not.toBeNull();
    commands.question.get()?.answer(go);
  };
  const said = () => commands.toasts.get().map(({ notice }) => notice.kind);
  return { commands, sent, answer, said };
}

describe('a command', () => {
  const input = { ticketId: 'ticket_1', expectedVersion: 3 };

  it('is done at once when nothing follows from it, and said', async () => {
    const { commands, sent, said } = against(payload('PREVIEWED', [direct]), payload('APPLIED', [direct]));
    expect(await commands.run(DOCUMENT, input, { preview: 'consequences' })).toMatchObject({ done: true });
    expect(sent).toEqual([{ ...input, dryRun: true }, input]);
    expect(said()).toEqual(['done']);
  });

  it('is shown first when something follows, and not done without consent', async () => {
    const { commands, sent, answer, said } = against(payload('PREVIEWED', [direct, caused]));
    const outcome = commands.run(DOCUMENT, input, { preview: 'consequences' });
    await answer(false);
    expect(await outcome).toEqual({ done: false, reason: 'cancelled' });
    expect(sent.length).toBe(1);
    expect(said()).toEqual([]);
  });

  it('asks when somebody was faster, and then changes what is there now', async () => {
    const { commands, sent, answer } = against(conflict, payload('APPLIED', [direct]));
    const outcome = commands.run(DOCUMENT, input);
    await answer(true);
    expect(await outcome).toMatchObject({ done: true });
    expect(sent[1]).toEqual({ ...input, expectedVersion: 7 });
  });

  it('leaves it when somebody was faster', async () => {
    const { commands, sent, answer } = against(conflict);
    const outcome = commands.run(DOCUMENT, input);
    await answer(false);
    expect(await outcome).toEqual({ done: false, reason: 'conflict' });
    expect(sent.length).toBe(1);
  });

  it('finds the conflict of a preview too, before it asks for consent', async () => {
    const { commands, answer } = against(conflict, conflict, payload('PREVIEWED', [direct]), payload('APPLIED', [direct]));
    const outcome = commands.run(DOCUMENT, input, { preview: 'consequences' });
    await answer(true);
    expect(await outcome).toMatchObject({ done: true });
  });

  it('leaves what was refused to a caller who shows it', async () => {
    const refused = payload('REJECTED', null, [{ __typename: 'InputError', code: 'INVALID_VALUE', message: 'No.' }]);
    const { commands, said } = against(refused, refused);
    expect(await commands.run(DOCUMENT, input, { ownErrors: true })).toMatchObject({ done: false, reason: 'refused' });
    expect(said()).toEqual([]);
    await commands.run(DOCUMENT, input);
    expect(said()).toEqual(['refused']);
  });

  it('says when the server cannot be reached, and when it failed', async () => {
    const { commands, said } = against({ error: { graphQLErrors: [] } }, { error: { graphQLErrors: [{ message: 'Request 1' }] } });
    expect(await commands.run(DOCUMENT, input)).toEqual({ done: false, reason: 'unreachable' });
    await commands.run(DOCUMENT, input);
    expect(said()).toEqual(['unreachable', 'failed']);
  });

  it('can be taken back, the last one first, and that again', async () => {
    const undone = payload('APPLIED', [direct]);
    const { commands, sent, said } = against(payload('APPLIED', [direct]), undone, undone);
    await commands.run(DOCUMENT, input);
    commands.undoLast();
    await expect.poll(said).toEqual(['undone']);
    expect(sent[1]).toEqual({ cascadeId: 'cascade_1' });
    commands.undoLast();
    await expect.poll(() => sent.length).toBe(3);
  });
});
