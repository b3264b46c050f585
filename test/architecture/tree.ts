import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Made by tools, installed, or somebody's own data: not part of the repository. */
const NOT_OURS = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.nx']);

const below = (folder: string): readonly { path: string; isFolder: boolean }[] =>
  readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name))
    .flatMap((entry) => {
      const place = path.posix.join(folder, entry.name);
      return entry.isDirectory()
        ? [{ path: place, isFolder: true }, ...below(place)]
        : [{ path: place, isFolder: false }];
    });

const everything = below('');

/** Folders and files of the repository, as paths from its root with `/`. */
export const folders = everything.filter(({ isFolder }) => isFolder).map((entry) => entry.path);
export const files = everything.filter(({ isFolder }) => !isFolder).map((entry) => entry.path);

export const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

export const manifest = (folder: string): Manifest =>
  JSON.parse(read(path.posix.join(folder, 'package.json'))) as Manifest;

/** The folders of the packages that make up the project, without the root. */
export const packages = files
  // Tools install by themselves what the project does without.
  .filter((file) => file.endsWith('/package.json') && !file.startsWith('tools/'))
  .map((file) => path.posix.dirname(file));

const IMPORT = /(?:\bfrom\s+|\bimport\s*\(?\s*)'([@\w][^'\s]*)'/g;

/** The packages that a source text imports, by their names: `@vivier/kernel/sealing` counts as its package. */
export const importedPackages = (text: string): readonly string[] =>
  [...text.matchAll(IMPORT)]
    .map(([, source = '']) => source)
    .filter((source) => !source.startsWith('.') && !source.startsWith('node:'))
    .map((source) =>
      source
        .split('/')
        .slice(0, source.startsWith('@') ? 2 : 1)
        .join('/'),
    );
