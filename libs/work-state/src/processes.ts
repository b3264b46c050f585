/** Types of events, each with the highest version that is meant: that is read, or that was written. */
export type EventVersions = ReadonlyMap<string, number>;

/** What a process tells the others of itself. */
export interface ProcessEntry {
  /** Its own, made anew at each start. */
  readonly id: string;
  /** What it is there for, for whoever looks. */
  readonly roles: readonly string[];
  /** The events that it reads; it reads older versions of them, and no other types. */
  readonly reads: EventVersions;
}

/** The log may hold what this program does not read. */
export class LogNewerThanProgram extends Error {
  override readonly name = 'LogNewerThanProgram';
  constructor(readonly wireType: string) {
    super(
      `The log was written by a newer version of the program (it may hold ${wireType}): start that version.`,
    );
  }
}

/**
 * Which processes read the log, and what was ever written into it: by both a release is rolled out while
 * an older one still runs. Whoever enters and whatever is allowed comes one after another, so that no
 * process can begin that could not read what has just been allowed. The store's clock alone counts.
 */
export interface Processes {
  /**
   * Enters a process for so long from now, or keeps it there. Rejects, having changed nothing, with
   * {@link LogNewerThanProgram}.
   *
   * @param ms RangeError where it is no whole number above 0
   * @returns what may have been written so far
   */
  enter(process: ProcessEntry, ms: number): Promise<EventVersions>;
  /** Keeps it there for so long from now; false where its time was over: it has to enter again. */
  renew(id: string, ms: number): Promise<boolean>;
  /** It reads no more. One that is gone already is no mistake. */
  leave(id: string): Promise<void>;
  /**
   * Asks for an event to be written in a version. It is allowed once every process that is there reads it,
   * and then for good: whoever does not read it does not enter any more.
   *
   * @returns those who keep it from being written; none where it is allowed
   */
  allow(type: string, version: number): Promise<readonly ProcessEntry[]>;
}

/** Whether a process that reads so much can read an event in a version. */
export const canRead = (reads: EventVersions, type: string, version: number): boolean =>
  (reads.get(type) ?? 0) >= version;

/** Throws {@link LogNewerThanProgram} where something was written that is not read. */
export const checkReads = (reads: EventVersions, written: EventVersions): void => {
  for (const [type, version] of written)
    if (!canRead(reads, type, version)) throw new LogNewerThanProgram(`${type}.v${version}`);
};
