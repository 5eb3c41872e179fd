import type { Client } from '@urql/core';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type CascadeWordsFragment, type CommandResultFragment, UndoCascadeDocument } from '#generated';
import { Store } from '../store';
import { hasConsequences, isUndoable } from '../words/cascade';

export type UserErrors = CommandResultFragment['userErrors'];
export type Conflict = Extract<UserErrors[number], { __typename: 'VersionConflict' }>;

/** A mutation whose payload tells its cascade, as all commands' do. */
export type CommandDocument<Input> = TypedDocumentNode<{ payload: CommandResultFragment }, { input: Input }>;

/** How a command ended. */
export type Outcome =
  | { readonly done: true; readonly payload: CommandResultFragment }
  | { readonly done: false; readonly reason: 'cancelled' | 'unreachable' | 'conflict' }
  | { readonly done: false; readonly reason: 'refused'; readonly errors: UserErrors };

/** What the viewer is told or asked. */
export type Notice =
  | { readonly kind: 'done'; readonly cascade: CascadeWordsFragment }
  | { readonly kind: 'undone'; readonly cascade: CascadeWordsFragment; readonly errors: UserErrors }
  | { readonly kind: 'refused'; readonly errors: UserErrors }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'unchanged' | 'unreachable' };

export type Question =
  | { readonly kind: 'preview'; readonly cascade: CascadeWordsFragment; readonly answer: (go: boolean) => void }
  | { readonly kind: 'conflict'; readonly conflict: Conflict; readonly answer: (go: boolean) => void };

export interface Options {
  /** When the cascade is shown beforehand: always, or if more would happen than was asked for. Left out: never. */
  readonly preview?: 'always' | 'consequences';
  /** Whether the caller shows what was refused, beside the field it is about. */
  readonly ownErrors?: boolean;
  /** Whether success goes without saying. */
  readonly quiet?: boolean;
}

/** A toast on the screen. */
export interface Toast {
  readonly id: number;
  readonly notice: Notice;
}

/**
 * Runs every change of the desk in one way: shows beforehand what would follow, asks when somebody else was
 * faster, and says afterwards what happened, with a way back.
 */
export class Commands {
  readonly toasts = new Store<readonly Toast[]>([]);
  readonly question = new Store<Question | null>(null);
  #client: Client;
  #next = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  async run<Input extends object>(document: CommandDocument<Input>, input: Input, options: Options = {}): Promise<Outcome> {
    if (options.preview) {
      const plan = await this.#send(document, { ...input, dryRun: true });
      if (plan?.result === 'PREVIEWED' && plan.cascade) {
        const ask = options.preview === 'always' || hasConsequences(plan.cascade);
        if (ask && !(await this.#ask({ kind: 'preview', cascade: plan.cascade }))) return { done: false, reason: 'cancelled' };
      } else if (!plan || plan.result === 'UNCHANGED') {
        return this.#tell(plan, options);
      }
    }
    const payload = await this.#send(document, input);
    const conflict = payload?.userErrors.find((error) => error.__typename === 'VersionConflict');
    if (conflict?.__typename === 'VersionConflict') return this.#settle(document, input, conflict, options);
    return this.#tell(payload, options);
  }

  /** Takes a cascade back, as far as nobody has changed it since. */
  async undo(cascade: Pick<CascadeWordsFragment, 'id'>): Promise<void> {
    const payload = await this.#send(UndoCascadeDocument, { cascadeId: cascade.id });
    if (payload?.result === 'APPLIED' && payload.cascade) {
      this.#say({ kind: 'undone', cascade: payload.cascade, errors: payload.userErrors });
    } else {
      this.#tell(payload, {});
    }
  }

  /** Takes back the last change that is still told of. */
  undoLast(): void {
    const last = this.toasts.get().findLast(({ notice }) =>
      (notice.kind === 'done' || notice.kind === 'undone') && isUndoable(notice.cascade));
    if (!last || !('cascade' in last.notice)) return;
    this.dismiss(last.id);
    void this.undo(last.notice.cascade);
  }

  dismiss(id: number): void {
    this.toasts.update((toasts) => toasts.filter((toast) => toast.id !== id));
  }

  /** Somebody changed it first: whoever still wants the change makes it to what is there now. */
  async #settle<Input extends object>(document: CommandDocument<Input>, input: Input, conflict: Conflict, options: Options): Promise<Outcome> {
    if (!(await this.#ask({ kind: 'conflict', conflict }))) return { done: false, reason: 'conflict' };
    return this.run(document, { ...input, expectedVersion: conflict.currentVersion }, options);
  }

  #tell(payload: CommandResultFragment | null, options: Options): Outcome {
    if (!payload) return { done: false, reason: 'unreachable' };
    if (payload.result === 'REJECTED') {
      if (!options.ownErrors) this.#say({ kind: 'refused', errors: payload.userErrors });
      return { done: false, reason: 'refused', errors: payload.userErrors };
    }
    if (!options.quiet) {
      if (payload.cascade) this.#say({ kind: 'done', cascade: payload.cascade });
      else this.#say({ kind: 'unchanged' });
    }
    return { done: true, payload };
  }

  #ask(question: { kind: 'preview'; cascade: CascadeWordsFragment } | { kind: 'conflict'; conflict: Conflict }): Promise<boolean> {
    return new Promise((resolve) => {
      const answer = (go: boolean) => {
        this.question.set(null);
        resolve(go);
      };
      this.question.set({ ...question, answer });
    });
  }

  #say(notice: Notice): void {
    this.#next += 1;
    const toast = { id: this.#next, notice };
    this.toasts.update((toasts) => [...toasts.slice(-2), toast]);
  }

  /** The payload, or null if the server did not answer with one, which is then said. */
  async #send<Input>(document: CommandDocument<Input>, input: Input): Promise<CommandResultFragment | null> {
    const { data, error } = await this.#client.mutation(document, { input }).toPromise();
    if (data) return data.payload;
    const message = error?.graphQLErrors[0]?.message;
    this.#say(message === undefined ? { kind: 'unreachable' } : { kind: 'failed', message });
    return null;
  }
}
