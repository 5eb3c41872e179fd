// A guide as its readers use it: text, and blocks of code to paste.

import { readFileSync } from 'node:fs';

/** The languages of files that a reader makes; the first line of such a block names its file. */
const FILES = new Set(['js', 'jsx', 'graphql']);

/**
 * The fenced blocks of a page, in their order.
 * @returns for each its language, its text, the line it begins at, and the name of its file if it is one.
 */
export function blocks(path) {
  const found = [];
  let block = null;
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (!fence) {
      block?.lines.push(line);
    } else if (block) {
      const text = `${block.lines.join('\n')}\n`;
      found.push({ language: block.language, line: block.line, text, file: file(block) });
      block = null;
    } else {
      block = { language: fence[1], line: index + 1, lines: [] };
    }
  }
  if (block) throw new Error(`${path}: the block at line ${block.line} has no end`);
  return found;
}

function file({ language, lines }) {
  if (!FILES.has(language)) return null;
  return /^(?:\/\/|#) ([\w./-]+\.\w+)$/.exec(lines[0])?.[1] ?? null;
}

/**
 * The commands of a transcript: what each prints, whether Ctrl-C ends it, and what is run in another terminal once the
 * lines before that have been printed.
 */
export function commands(text) {
  const found = [];
  for (const line of text.trimEnd().split('\n')) {
    const command = /^\$ (.+)$/.exec(line)?.[1];
    const elsewhere = /^# in another terminal: (.+)$/.exec(line)?.[1];
    const current = found.at(-1);
    if (command) found.push({ command, output: [], elsewhere: null, interrupted: false });
    else if (!current) throw new Error(`no command before: ${line}`);
    else if (elsewhere) current.elsewhere = { command: elsewhere, after: current.output.length };
    else if (line === '^C') current.interrupted = true;
    else current.output.push(line);
  }
  return found;
}

/** What a transcript says of an output, as an expression: `…` stands for anything, alone on a line for any lines. */
export function expected(output) {
  const lines = output.map((line) =>
    line === '…'
      ? '(?:.*\\n)*?'
      : `${line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}\\n`,
  );
  return new RegExp(`^${lines.join('')}$`);
}
