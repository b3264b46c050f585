// What the specs here call of the project's own tools, which are plain JavaScript.
declare module '*/tools/install.mjs' {
  interface Machine {
    platform: string;
    arch: string;
    version: string;
    glibc: string | undefined;
  }
  export function thisMachine(): Machine;
  export function isInstalled(folder: string): boolean;
  export function whyNot(machine: Machine): string | undefined;
}

declare module '*/tools/build-and-run.mjs' {
  /** What Node is given to run `vivier`, before its own arguments. */
  export const vivier: readonly string[];
}

declare module '*/tools/closing-line.mjs' {
  export function closingLines(results: Readonly<Record<string, number>>): string[];
}

declare module '*/tools/check-lockfile.mjs' {
  export const lockfiles: readonly string[];
  export function problemsOf(lockfile: { packages: Record<string, object> }): string[];
}

declare module '*/tools/lint/event-names.mjs' {
  export function namesDeclaredIn(text: string): string[];
  export function declaredNames(folder: string): string[];
}
