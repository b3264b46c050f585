/**
 * An input without what was left out: GraphQL hands that over as null or undefined, and the domain's shapes
 * are strict.
 */
export const given = <Input extends object>(
  input: Input,
): { readonly [K in keyof Input]: Exclude<Input[K], null | undefined> } =>
  Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== null && value !== undefined),
  ) as { readonly [K in keyof Input]: Exclude<Input[K], null | undefined> };
