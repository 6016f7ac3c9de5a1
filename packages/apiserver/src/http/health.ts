import type { Exchange } from './exchange.ts';
import { sendText } from './respond.ts';

/** A named check: throws when it fails. */
export interface HealthCheck {
  readonly name: string;
  /** Says nothing of whether the server lives, only of whether it should be asked. */
  readonly readyOnly?: boolean;
  check(): void;
}

/** The checks behind /healthz, /livez and /readyz (apiserver server/healthz). */
export class Health {
  readonly #checks: readonly HealthCheck[];

  constructor(checks: readonly HealthCheck[]) {
    this.#checks = checks;
  }

  /** Paths of all checks. */
  paths(): string[] {
    return ['healthz', 'livez', 'readyz'].flatMap((root) => [
      `/${root}`,
      ...this.#of(root).map((check) => `/${root}/${check.name}`),
    ]);
  }

  /** Answers a path below one of the three; false where it names no check. */
  async handle(exchange: Exchange): Promise<boolean> {
    const [, root = '', ...rest] = exchange.path.split('/');
    if (!['healthz', 'livez', 'readyz'].includes(root)) return false;
    const name = rest.join('/');
    if (name !== '') {
      const one = this.#of(root).find((check) => check.name === name);
      if (!one) return false;
      await this.#answer(exchange, root, [one], name);
      return true;
    }
    const excluded = new Set(exchange.query.getAll('exclude'));
    await this.#answer(exchange, root, this.#of(root), undefined, excluded);
    return true;
  }

  #of(root: string): readonly HealthCheck[] {
    return root === 'readyz' ? this.#checks : this.#checks.filter((check) => !check.readyOnly);
  }

  async #answer(
    exchange: Exchange,
    root: string,
    checks: readonly HealthCheck[],
    only: string | undefined,
    excluded: ReadonlySet<string> = new Set(),
  ): Promise<void> {
    const lines: string[] = [];
    let failed = false;
    for (const { name, check } of checks) {
      if (excluded.has(name)) {
        lines.push(`[+]${name} excluded: ok`);
        continue;
      }
      try {
        check();
        lines.push(`[+]${name} ok`);
      } catch {
        failed = true;
        lines.push(`[-]${name} failed: reason withheld`);
      }
    }
    if (failed) return sendText(exchange, 500, `${lines.join('\n')}\n${root} check failed\n`);
    if (only !== undefined || !exchange.query.has('verbose')) return sendText(exchange, 200, 'ok');
    return sendText(exchange, 200, `${lines.join('\n')}\n${root} check passed\n`);
  }
}
