import type { AnyEventSet, EventFacts } from '@vivier/kernel';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenEvents, type GoldenEvent } from './samples.ts';
import { changeOf, shapeOf, type EventShape } from './shapes.ts';

/** What to run when an event is new, has a new version, or has got an optional field. */
export const COMMAND = 'UPDATE_GOLDEN=1 npm test -- test/golden';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The stored events and shapes of a folder. Whatever lies there is never written again. */
export class GoldenFolder {
  constructor(private readonly folder: string) {}

  get #events(): string {
    return join(this.folder, 'events');
  }

  get #shapes(): string {
    return join(this.folder, 'shapes.json');
  }

  /** File name, without `.json`, to event. */
  events(): Map<string, GoldenEvent> {
    const names = readdirSync(this.#events).sort();
    return new Map(
      names.map((name) => [
        name.replace(/\.json$/, ''),
        JSON.parse(readFileSync(join(this.#events, name), 'utf8')) as GoldenEvent,
      ]),
    );
  }

  /** Stored type, for example `CandidateRegistered.v1`, to shape. */
  shapes(): Record<string, EventShape> {
    try {
      return JSON.parse(readFileSync(this.#shapes, 'utf8')) as Record<string, EventShape>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  }

  /**
   * Adds what is missing: files of new events and versions, their shapes, and the optional fields and
   * choices that a shape has got. A change that breaks is not recorded: it needs a version.
   */
  addMissing(sets: readonly AnyEventSet[]): void {
    mkdirSync(this.#events, { recursive: true });
    const shapes = this.shapes();
    for (const set of sets)
      for (const type of Object.values(set) as EventFacts[]) {
        for (const [name, event] of goldenEvents(set, type))
          try {
            writeFileSync(join(this.#events, `${name}.json`), json(event), { flag: 'wx' });
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
          }
        const name = `${type.type}.v${type.version}`;
        const declared = shapeOf(type);
        const { breaking } = changeOf(shapes[name] ?? {}, declared);
        if (!shapes[name] || breaking.length === 0) shapes[name] = declared;
      }
    const sorted = Object.fromEntries(Object.entries(shapes).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(this.#shapes, json(sorted));
  }
}

/** What is wrong between declarations and the golden shapes, as sentences that say what to do. */
export const shapeMistakes = (
  sets: readonly AnyEventSet[],
  stored: Readonly<Record<string, EventShape>>,
): readonly string[] =>
  sets
    .flatMap((set) => Object.values(set) as EventFacts[])
    .flatMap((type) => {
      const name = `${type.type}.v${type.version}`;
      const shape = stored[name];
      if (!shape) return [`${name} has no golden files: run ${COMMAND} and commit what it adds.`];
      const { breaking, additions } = changeOf(shape, shapeOf(type));
      if (breaking.length > 0)
        return [
          `${name} changed (${breaking.join(', ')}), but events of this shape lie in logs: make the field ` +
            'optional or give it a default, or add an upcast to defineEvents, which raises the version, or, ' +
            'where the meaning changed, declare a new event.',
        ];
      if (additions.length > 0)
        return [
          `${name} has got ${additions.join(', ')}: run ${COMMAND} and commit what it adds.`,
        ];
      return [];
    });
