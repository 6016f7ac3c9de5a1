import type { DefinitionCatalog } from '../catalog.ts';
import { formatFieldPath, type PathSegment } from '../field-path.ts';
import type { DialectWarning, NormalizeProblem, PathOrigin } from './types.ts';

/** A place in the object that is read. */
export type Path = readonly PathSegment[];

/** What one reading shares: the catalog, and what was said so far. */
export class DialectContext {
  readonly catalog: DefinitionCatalog;
  readonly warnings: DialectWarning[] = [];
  readonly problems: NormalizeProblem[] = [];
  readonly origins: PathOrigin[] = [];
  readonly #component: string | undefined;

  /** `component` names the Component that is read; absent for an application or Definition. */
  constructor(catalog: DefinitionCatalog, component?: string) {
    this.catalog = catalog;
    this.#component = component;
  }

  /** Says how an alias is read. */
  warn(path: Path, message: string): void {
    this.warnings.push({ path: formatFieldPath(path), message, ...this.#in() });
  }

  /** Says what cannot be read. */
  refuse(path: Path, problem: Omit<NormalizeProblem, 'path' | 'component'>): void {
    this.problems.push({ path: formatFieldPath(path), ...problem, ...this.#in() });
  }

  /** Notes that a part of the canonical application is written elsewhere. */
  moved(canonical: Path, source: Path): void {
    if (formatFieldPath(canonical) !== formatFieldPath(source)) this.origins.push({ canonical, source });
  }

  #in(): { readonly component?: string } {
    return this.#component === undefined ? {} : { component: this.#component };
  }
}
