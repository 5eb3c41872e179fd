import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const compress = promisify(gzip);

/** What is text, and so shrinks; fonts and pictures are compressed already. */
const TEXT = /\.(html|js|css|svg|json|txt|ttf|wasm)$/;

/** Below one network packet compression saves nothing. */
const SMALLEST = 1400;

/**
 * Writes `name.gz` beside each file of the build that gets smaller by it, so that the server
 * compresses nothing at run time and can afford the strongest level.
 */
export function precompress(): Plugin {
  let dist = '';
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      dist = join(config.root, config.build.outDir);
    },
    async closeBundle(error?: Error) {
      if (error) return;
      const entries = await readdir(dist, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && TEXT.test(entry.name));
      await Promise.all(files.map((file) => compressFile(join(file.parentPath, file.name))));
    },
  };
}

async function compressFile(path: string): Promise<void> {
  const plain = await readFile(path);
  if (plain.length < SMALLEST) return;
  const packed = await compress(plain, { level: constants.Z_BEST_COMPRESSION });
  if (packed.length < plain.length) await writeFile(`${path}.gz`, packed);
}
