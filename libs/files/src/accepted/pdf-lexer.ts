/** A stream's body within the text, and every name that its object's dictionary holds. */
export interface PdfStream {
  readonly start: number;
  readonly end: number;
  readonly names: ReadonlySet<string>;
}

export interface PdfVisitor {
  /** A name outside of strings, comments and streams, its `#xx` escapes resolved. */
  name(name: string): void;
  stream(stream: PdfStream): void;
  /** An object begins where readers that go by the text see none: a string, a comment, a stream. */
  hidden(): void;
  /** A string, a stream or a dictionary has no end. */
  broken(): void;
}

const token = /<<|>>|<[^<>]*>|[%(/]|[A-Za-z]+/g;
const nameBody = /[^\0\t\n\f\r ()<>[\]{}/%]*/y;
const streamOpening = /stream[ \t]*(?:\r\n|\n|\r)?/y;
const objectHeader = /\d[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+obj(?![A-Za-z])/g;

/** One pass over a PDF's bytes (as latin-1 text), in linear time, telling the visitor what it meets. */
export function lexPdf(text: string, visitor: PdfVisitor): void {
  const headers = [...text.matchAll(objectHeader)].map((found) => found.index);
  let header = 0;
  let names = new Set<string>();
  let depth = 0;
  let at = 0;
  const pass = (end: number) => {
    while (header < headers.length && headers[header]! < at) header += 1;
    if (header < headers.length && headers[header]! < end) visitor.hidden();
    at = end;
  };
  const begin = () => {
    if (depth > 0) visitor.broken();
    depth = 0;
    names = new Set();
  };
  for (;;) {
    const found = after(token, text, at);
    if (!found) return;
    at = found.index;
    const word = found[0];
    if (word === '%') pass(after(/[\r\n]/g, text, at)?.index ?? text.length);
    else if (word === '(') {
      const end = stringEnd(text, at);
      if (end < 0) return visitor.broken();
      pass(end);
    } else if (word === '/') {
      const raw = after(nameBody, text, at + 1)![0];
      const name = raw.includes('#') ? unescaped(raw) : raw;
      names.add(name);
      visitor.name(name);
      at += 1 + raw.length;
    } else if (word.startsWith('stream')) {
      // It ends at the first end that stands there, whatever its length says: what a reader that goes
      // by the length would still count to it is then looked at as text.
      const start = at + after(streamOpening, text, at)![0].length;
      const end = text.indexOf('endstream', start);
      if (end < 0) return visitor.broken();
      visitor.stream({ start, end, names });
      pass(end + 'endstream'.length);
    } else {
      if (word === '<<') depth += 1;
      else if (word === '>>') depth -= depth > 0 ? 1 : 0;
      else if (word === 'obj' || word === 'endobj') begin();
      at += word.length;
    }
  }
}

const unescaped = (name: string): string =>
  name.replace(/#([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

function after(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

/** The end of a literal string: parentheses nest, a backslash takes the next character's meaning. */
function stringEnd(text: string, from: number): number {
  const marks = /[()]|\\[^]/g;
  marks.lastIndex = from;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '(') depth += 1;
    else if (mark[0] === ')' && --depth === 0) return marks.lastIndex;
  }
  return -1;
}
