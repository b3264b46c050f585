import { existsSync } from 'node:fs';
import path from 'node:path';
import { files, folders, manifest, packages, read, root } from './tree.ts';

const libraries = folders.filter((folder) => /^libs\/[^/]+$/.test(folder));

describe.each(libraries)('The folder %s', (folder) => {
  const readme = `${folder}/README.md`;
  const lines = files.includes(readme) ? read(readme).trimEnd().split('\n') : [];

  test('says in three lines what it is for, what it must not know and who uses it.', () => {
    const beginnings = lines.map(
      (line) => /^- (For|Must not know|Used by): \S.*\.$/.exec(line)?.[1],
    );
    expect(beginnings).toEqual(['For', 'Must not know', 'Used by']);
  });

  test('names everybody who depends on it, and nobody who is not there.', () => {
    const users = lines.at(2) ?? '';
    const named = [...users.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !folders.includes(name))).toEqual([]);
    const { name } = manifest(folder);
    const dependents = packages.filter(
      (other) => manifest(other).dependencies?.[name] !== undefined,
    );
    const unnamed = dependents.filter((other) => !named.includes(other));
    expect(users.includes('every other package') ? [] : unnamed).toEqual([]);
  });
});

describe('The pages of docs', () => {
  const pages = files.filter((file) => /^docs\/[^/]+\.md$/.test(file));

  test('are there for builders, integrators, operators and compliance officers.', () => {
    expect(pages).toEqual(
      expect.arrayContaining([
        'docs/architecture.md',
        'docs/events.md',
        'docs/operations.md',
        'docs/privacy.md',
      ]),
    );
    expect(read('README.md')).toContain('](docs/architecture.md)');
  });

  test.each(pages)('%s names only files and folders that exist.', (page) => {
    const text = read(page);
    const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to = '']) =>
      path.posix.join(path.posix.dirname(page), to),
    );
    const quoted = [
      ...text.matchAll(/`((?:apps|libs|projections|sagas|test|docs|tools)\/[^`\s]*)`/g),
    ]
      .map(([, to = '']) => to)
      .filter((to) => !/[*<…]/.test(to));
    expect([...linked, ...quoted].filter((to) => !existsSync(path.join(root, to)))).toEqual([]);
  });
});

test('A library without such lines, or with others, would be found.', () => {
  expect(libraries.length).toBeGreaterThan(10);
  expect(/^- (For|Must not know|Used by): \S.*\.$/.test('- Purpose: things.')).toBe(false);
});
