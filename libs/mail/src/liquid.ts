import type { Liquid } from 'liquidjs';

/** What a template may do: choose between words. Nothing that loads, repeats, counts or remembers. */
export const allowedTags = ['if', 'unless', 'case', 'comment'] as const;

/** What stands between the tags above. */
export const innerTags = [
  'elsif',
  'else',
  'when',
  'endif',
  'endunless',
  'endcase',
  'endcomment',
] as const;

export const allowedFilters = [
  'default',
  'upcase',
  'downcase',
  'capitalize',
  'strip',
  'truncate',
] as const;

/** Characters of one template, with room: what is longer is told so before. */
const PARSED = 20_000;

/** Pieces that one rendering may make: a range of numbers would make any number. */
const PIECES = 100_000;

const cutDown = async (): Promise<Liquid> => {
  const { Liquid } = await import('liquidjs');
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    lenientIf: true,
    dynamicPartials: false,
    templates: {},
    parseLimit: PARSED,
    memoryLimit: PIECES,
  });
  const tags: readonly string[] = allowedTags;
  for (const name of Object.keys(engine.tags)) if (!tags.includes(name)) delete engine.tags[name];
  const filters: readonly string[] = allowedFilters;
  for (const name of Object.keys(engine.filters))
    if (!filters.includes(name)) delete engine.filters[name];
  return engine;
};

let made: Promise<Liquid> | undefined;

/**
 * Liquid, strict and cut down: no file is looked for, no name leads anywhere but to the values given.
 * Loaded when it is first asked for: a start does not wait for it.
 */
export const liquid = (): Promise<Liquid> => (made ??= cutDown());
