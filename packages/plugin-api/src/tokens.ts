/** A typed name for something the host supplies. `id` is `<owner>.<name>` and appears in errors. */
export interface Token<T> {
  readonly id: string;
  readonly optional: boolean;
  /** Exists for the compiler only. */
  readonly type?: T;
}

/** A token whose absence blocks the plugin that needs it. */
export function token<T>(id: string): Token<T> {
  return { id, optional: false };
}

/** The same token, whose absence the plugin handles itself: the value is then undefined. */
export function optional<T>(of: Token<T>): Token<T | undefined> {
  return { id: of.id, optional: true };
}

/** What a plugin needs: names of its own choice for tokens. */
export type Tokens = Readonly<Record<string, Token<unknown>>>;

/** The values that stand behind a set of tokens. */
export type TokenValues<N extends Tokens> = { readonly [K in keyof N]: N[K] extends Token<infer T> ? T : never };
