import { FileRefused } from '../refusals.ts';
import { isActiveField, liesElsewhere } from './outside.ts';

/** Control words for embedded and linked objects, whatever they hold (packages, equations, controls). */
const activeWords = new Set(['object', 'objdata', 'objocx', 'objautlink', 'objupdate', 'objlink']);
interface Group {
  /** What the group's text is read as, and where it is gathered. */
  readonly kind: 'text' | 'field' | 'template';
  readonly gathered: string[];
}

/**
 * Walks an RTF document's groups and control words (RTF 1.9.1). Escaped and formatted characters of a
 * field's instruction are put together again before it is judged.
 */
export function inspectRtf(content: Buffer): void {
  const text = content.toString('latin1');
  if (!/^\{\\rtf(?![a-z])/.test(text)) throw new FileRefused('FileDamaged');
  const pieces = /([{}])|\\(?:([A-Za-z]+)(-?\d+)? ?|'([0-9A-Fa-f]{2})|([^]))|([^{}\\]+)/g;
  const groups: Group[] = [];
  let group: Group = { kind: 'text', gathered: [] };
  let active = false;
  // Characters that stand in for the next \\u one, for readers that do not know it.
  let standIns = 1;
  let skipped = 0;
  const gather = (said: string) => {
    const kept = said.slice(Math.min(skipped, said.length));
    skipped -= said.length - kept.length;
    if (group.kind !== 'text') group.gathered.push(kept);
  };
  const gatherAnew = (kind: Group['kind']) => {
    active ||= isActive(group);
    group = { kind, gathered: [] };
  };
  for (let piece = pieces.exec(text); piece; piece = pieces.exec(text)) {
    const [, brace, word, number, hex, symbol, plain] = piece;
    if (brace === '{') groups.push(group);
    else if (brace === '}') {
      const outer = groups.pop();
      if (!outer) throw new FileRefused('FileDamaged');
      if (outer.gathered !== group.gathered) active ||= isActive(group);
      group = outer;
      if (groups.length === 0) {
        if (active) throw new FileRefused('FileHasActiveContent');
        if (/[^\s\0]/.test(text.slice(pieces.lastIndex))) throw new FileRefused('FileDamaged');
        return;
      }
    } else if (word !== undefined) {
      if (activeWords.has(word.toLowerCase())) active = true;
      else if (word === 'fldinst') gatherAnew('field');
      else if (word === 'template' || word === 'filetbl') gatherAnew('template');
      else if (word === 'bin') {
        const end = pieces.lastIndex + Math.max(0, Number(number ?? 0));
        active ||= /\\obj/i.test(text.slice(pieces.lastIndex, end));
        pieces.lastIndex = end;
      } else if (word === 'uc') standIns = Math.max(0, Number(number ?? 1));
      else if (word === 'u') {
        skipped = 0;
        gather(String.fromCharCode(Number(number ?? 0) & 0xffff));
        skipped = standIns;
      }
    } else if (hex !== undefined) gather(String.fromCharCode(parseInt(hex, 16)));
    // A backslash that stands for itself begins a network path; line ends of the file are no text.
    else if (symbol !== undefined) gather(symbol);
    else if (plain !== undefined) gather(plain.replace(/[\r\n]/g, ''));
  }
  // The first group never ended.
  throw new FileRefused('FileDamaged');
}

function isActive({ kind, gathered }: Group): boolean {
  const said = gathered.join('');
  return kind === 'field' ? isActiveField(said) : kind === 'template' && liesElsewhere(said);
}
