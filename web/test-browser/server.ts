import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A server with demo data of its own. */
export interface Server {
  /** The address of the pages. */
  readonly url: string;
  /** The token of the demo's administrator, whom the pages sign in by themselves. */
  readonly token: string;
  /** The token of a second agent. */
  readonly colleague: string;
  readonly stop: () => Promise<void>;
}

/** The binary: `TANDEM_BIN`, or else what `cargo build` made. */
const BINARY = resolve(process.env['TANDEM_BIN'] ?? join(import.meta.dirname, '../../target/debug/tandem'));
const START_WITHIN_MS = 120_000;

/** Who plays the second agent. */
const COLLEAGUE = 'greta@quillfern.example.com';

/** Starts a server with fresh demo data, on a port of its own. */
export async function startServer(): Promise<Server> {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing; build it, or name another one with TANDEM_BIN`);
  const data = mkdtempSync(join(tmpdir(), 'tandem-browser-'));
  // Nothing of what the surroundings say: Tandem refuses settings that it does not know.
  const ours = (name: string) => name === 'DATABASE_URL' || name.startsWith('TANDEM_');
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours(name)));
  const child = spawn(BINARY, ['dev', '--listen', '127.0.0.1:0', '--data-dir', data], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const { url, token } = await started(child);
    const made = execFileSync(BINARY, ['token', 'create', '--email', COLLEAGUE, '--json', '--data-dir', data], { env, encoding: 'utf8' });
    const { token: colleague } = JSON.parse(made) as { token: string };
    return { url, token, colleague, stop: () => stop(child, data) };
  } catch (error) {
    await stop(child, data);
    throw error;
  }
}

/** Waits for the lines that say where it listens. */
function started(child: ChildProcess): Promise<{ url: string; token: string }> {
  return new Promise((found, failed) => {
    let output = '';
    const timer = setTimeout(() => failed(new Error(`The server was not ready in time:\n${output}`)), START_WITHIN_MS);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /^ *Pages +(http:\S+)$/m.exec(output)?.[1];
      const token = /^ *Demo token +(\S+)$/m.exec(output)?.[1];
      if (!url || !token) return;
      clearTimeout(timer);
      found({ url, token });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      failed(new Error(`The server ended with ${code}:\n${output}`));
    });
  });
}

async function stop(child: ChildProcess, data: string): Promise<void> {
  if (child.exitCode === null) {
    const over = once(child, 'exit');
    child.kill('SIGTERM');
    await over;
  }
  rmSync(data, { recursive: true, force: true });
}
