// Somebody who follows a guide to the letter: a folder, a shell, and no packages but those that the guide installs.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

import { expected } from './page.mjs';

const clients = resolve(import.meta.dirname, '..');
const packages = join(clients, 'node_modules');
const repository = resolve(clients, '../..');

/** Where the guides say that the server is. */
const PRINTED = '127.0.0.1:4000';
/** A guide's program takes a moment; one that does not end by then is a fault of the guide. */
const PATIENCE_MS = 40_000;

export class Reader {
  #root;
  #host;

  /** Begins in a checkout of Tandem, whose demo runs at `host`. */
  constructor(root, host, demoToken) {
    this.#root = root;
    this.#host = host;
    const checkout = join(root, 'tandem');
    mkdirSync(join(checkout, '.tandem'), { recursive: true });
    writeFileSync(join(checkout, '.tandem/demo-token'), `${demoToken}\n`);
    symlinkSync(join(repository, 'schema.graphql'), join(checkout, 'schema.graphql'));
    writeFileSync(this.#state, `cd '${checkout}'\n`);
  }

  /** What a shell remembers from one command to the next: its folder and its environment. */
  get #state() {
    return join(this.#root, 'state.sh');
  }

  get #folder() {
    return /^cd '?(.*?)'?$/m.exec(readFileSync(this.#state, 'utf8'))[1];
  }

  /** Pastes a file. */
  write(name, text) {
    const path = join(this.#folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll(PRINTED, this.#host));
  }

  /** Pastes commands into the shell. Packages are not fetched again but linked, each with all that it needs itself. */
  async prepare(script) {
    for (const line of script.trim().split('\n')) {
      const wanted = /^npm install (?:-D |--save-dev )?(.+)$/.exec(line);
      if (wanted) for (const name of wanted[1].split(' ')) this.#link(name);
      else await this.run({ command: line, output: ['…'] });
    }
  }

  #link(wanted) {
    const [, name, major] = /^(@?[^@]+)@(\d+)$/.exec(wanted) ?? [];
    assert.ok(name, `say which major version of ${wanted} it is`);
    const source = join(packages, name);
    assert.ok(existsSync(source), `${name} is missing in tests/clients/package.json`);
    const { version, bin } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    assert.equal(version.split('.')[0], major, `${name} is ${version} here`);
    const modules = join(this.#folder, 'node_modules');
    const link = (from, to) => {
      mkdirSync(dirname(to), { recursive: true });
      if (!existsSync(to)) symlinkSync(from, to);
    };
    link(source, join(modules, name));
    const programs = typeof bin === 'string' ? [name.split('/').at(-1)] : Object.keys(bin ?? {});
    for (const program of programs) {
      link(join(packages, '.bin', program), join(modules, '.bin', program));
    }
  }

  /** Runs one command and holds what it prints against what the guide says. */
  async run({ command, output, elsewhere, interrupted }) {
    const child = this.#start(command, interrupted);
    const pattern = expected(output);
    const before = expected(output.slice(0, elsewhere?.after));
    let [shown, told] = ['', ''];
    let state = 'running';
    let other = null;
    const end = (signal, as) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      state = as;
      process.kill(-child.pid, signal);
    };
    child.stderr.setEncoding('utf8').on('data', (text) => (told += text));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      shown += text;
      if (elsewhere && !other && before.test(shown)) {
        other = this.run({ command: elsewhere.command, output: ['…'] });
        other.catch(() => end('SIGKILL', 'left alone'));
      }
      if (interrupted && pattern.test(shown)) end('SIGINT', 'interrupted');
    });
    const patience = setTimeout(() => end('SIGKILL', 'too long'), PATIENCE_MS);
    const [code] = await once(child, 'close');
    clearTimeout(patience);
    await other;
    const report = `$ ${command}\n${shown}\n${told}`;
    assert.notEqual(state, 'too long', `it does not end:\n${report}`);
    if (interrupted) assert.equal(state, 'interrupted', `it ended by itself:\n${report}`);
    else assert.equal(code, 0, report);
    assert.match(shown, pattern, report);
    assert.ok(other || !elsewhere, `it never came to the other terminal:\n${report}`);
  }

  /** A shell that goes on where the last one was, in a group of its own. What is interrupted leaves nothing behind. */
  #start(command, interrupted) {
    const script = interrupted
      ? ['exec ' + command]
      : [command, 'code=$?', `{ export -p; printf "cd '%s'\\n" "$PWD"; } > '${this.#state}'`, 'exit $code'];
    return spawn('bash', ['-c', [`. '${this.#state}'`, ...script].join('\n')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.#environment(),
      detached: true,
    });
  }

  #environment() {
    const environment = { ...process.env };
    for (const name of Object.keys(environment)) {
      if (name.startsWith('TANDEM_') || name === 'NODE_TEST_CONTEXT') delete environment[name];
    }
    // As the guides tell readers with node 20 to do.
    if (typeof WebSocket === 'undefined') environment.NODE_OPTIONS = '--experimental-websocket';
    environment.npm_config_update_notifier = 'false';
    environment.PATH = environment.PATH.split(delimiter)
      .filter((path) => !path.includes('node_modules'))
      .join(delimiter);
    return environment;
  }
}
