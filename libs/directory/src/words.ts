/** Letters that hold an accent or another letter without being a sum of both for Unicode. */
const APART: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ø: 'o',
  ß: 'ss',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

const BETWEEN = 1;
const IN_WORD = 2;
const MARK = 3;

/** What each UTF-16 unit is, found out when it is first met. */
const kinds = new Uint8Array(65_536);

const kindOf = (unit: number): number => {
  const known = kinds[unit];
  if (known) return known;
  // Half of a pair belongs to a word: rare scripts are searched by what stands there.
  const isHalf = unit >= 0xd800 && unit < 0xe000;
  const letter = String.fromCharCode(unit);
  // Only one letter at a time: an engine may keep the last text that an expression was tried on.
  const kind =
    isHalf || /[\p{L}\p{N}]/u.test(letter) ? IN_WORD : /\p{M}/u.test(letter) ? MARK : BETWEEN;
  kinds[unit] = kind;
  return kind;
};

/**
 * The words of a text as they are searched: small letters without accents, each word once. Each is a
 * string of its own and no slice, which would keep the whole text alive behind a word that others
 * share.
 */
export const wordsOf = (text: string): readonly string[] => {
  const plain = text.toLowerCase().normalize('NFKD').toLowerCase();
  const words = new Set<string>();
  let units: number[] = [];
  const end = (): void => {
    if (units.length > 0) words.add(String.fromCharCode(...units));
    units = [];
  };
  for (let at = 0; at < plain.length; at += 1) {
    const unit = plain.charCodeAt(at);
    const kind = kindOf(unit);
    if (kind === BETWEEN) end();
    else if (kind === IN_WORD) {
      const apart = unit > 127 ? APART[String.fromCharCode(unit)] : undefined;
      if (apart === undefined) units.push(unit);
      else for (const letter of apart) units.push(letter.charCodeAt(0));
    }
  }
  end();
  return [...words];
};
