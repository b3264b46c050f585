import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** One spelling of a marked value, as it might lie in a file or in what a program writes. */
interface Spelling {
  readonly how: string;
  readonly bytes: Buffer;
}

const escaped = (text: string, escape: (unit: number) => string): string =>
  [...Array(text.length).keys()]
    .map((at) => {
      const unit = text.charCodeAt(at);
      return unit < 0x80 ? text.charAt(at) : escape(unit);
    })
    .join('');

const unicode = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;

/**
 * Base64 of the bytes wherever they may begin: each alignment without the characters at its ends that
 * also depend on what stands beside.
 */
const base64s = (bytes: Buffer): Spelling[] =>
  [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = before === 0 ? 0 : before + 1;
    const whole = (before + bytes.length) % 3 === 0;
    const sure = text.slice(from, whole ? undefined : -1);
    return [
      { how: `base64 at ${before}`, bytes: Buffer.from(sure) },
      {
        how: `base64url at ${before}`,
        bytes: Buffer.from(sure.replaceAll('+', '-').replaceAll('/', '_')),
      },
    ];
  });

/** All spellings under which a value is looked for. */
export const spellings = (value: string): readonly Spelling[] => {
  const variants = new Set([
    value,
    value.toLowerCase(),
    value.toUpperCase(),
    value.normalize('NFD'),
  ]);
  return [...variants].flatMap((text) => {
    const bytes = Buffer.from(text, 'utf8');
    const utf16 = Buffer.from(text, 'utf16le');
    return [
      { how: 'as it is', bytes },
      { how: 'latin-1', bytes: Buffer.from(text, 'latin1') },
      { how: 'hex', bytes: Buffer.from(bytes.toString('hex')) },
      { how: 'HEX', bytes: Buffer.from(bytes.toString('hex').toUpperCase()) },
      { how: 'UTF-16LE', bytes: utf16 },
      { how: 'UTF-16BE', bytes: Buffer.from(utf16).swap16() },
      { how: 'JSON-escaped', bytes: Buffer.from(escaped(text, unicode)) },
      {
        how: 'JSON-ESCAPED',
        bytes: Buffer.from(
          escaped(text, (unit) => unicode(unit).replace(/[a-f]/g, (digit) => digit.toUpperCase())),
        ),
      },
      { how: 'percent-encoded', bytes: Buffer.from(encodeURIComponent(text)) },
      ...base64s(bytes),
    ];
  });
};

/** Where a value was found, and how it was spelt. */
export interface Hit {
  readonly where: string;
  readonly what: string;
  readonly how: string;
}

/** Looks for each value, in every spelling, in bytes. */
export const hitsIn = (
  where: string,
  bytes: Buffer,
  canaries: Readonly<Record<string, string>>,
): readonly Hit[] =>
  Object.entries(canaries).flatMap(([what, value]) =>
    spellings(value)
      .filter((spelling) => bytes.includes(spelling.bytes))
      .map(({ how }) => ({ where, what, how })),
  );

/** Looks in every file below a folder, and in the files' names. */
export const hitsBelow = async (
  folder: string,
  canaries: Readonly<Record<string, string>>,
): Promise<{ readonly files: readonly string[]; readonly hits: readonly Hit[] }> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const hits: Hit[] = [...hitsIn('file names', Buffer.from(files.join('\n')), canaries)];
  for (const file of files)
    hits.push(...hitsIn(file, await readFile(join(folder, file)), canaries));
  return { files, hits };
};
