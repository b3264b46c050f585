/** A move that cannot begin or cannot end, in one sentence that says what to do. */
export class MoveRefused extends Error {
  override readonly name = 'MoveRefused';
}
