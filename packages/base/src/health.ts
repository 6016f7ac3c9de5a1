/** How well an object, component, application or capability does. */
export type HealthStatus = 'ready' | 'progressing' | 'degraded' | 'unknown';

/** A health with its reason: `reason` is CamelCase and stable, `message` is for people. */
export interface Health {
  readonly status: HealthStatus;
  readonly reason: string;
  readonly message?: string;
  /** With `degraded`: it stays so until somebody asks for something else. Nobody tries again by himself. */
  readonly final?: boolean;
}

const ORDER: readonly HealthStatus[] = ['degraded', 'progressing', 'unknown', 'ready'];

/** The worst of several healths, the first of equals; ready when there are none. */
export function worstHealth(healths: Iterable<Health>): Health {
  let worst: Health = { status: 'ready', reason: 'Ready' };
  for (const health of healths) {
    if (ORDER.indexOf(health.status) < ORDER.indexOf(worst.status)) worst = health;
  }
  return worst;
}
