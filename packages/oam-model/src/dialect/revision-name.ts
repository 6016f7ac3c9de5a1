import type { ApplicationComponent } from '../kinds/index.ts';
import type { DialectContext, Path } from './context.ts';

/**
 * SREWorks writes `<type>|<name>|<version>` in revisionName. No object of Kubernetes has a bar in its name, so this
 * never clashes with the name of a revision: it is read as the Component of that name. Its revisions are not
 * Kubernetes', so a version other than `_` (any) cannot be pinned by it and is said not to be looked at.
 */
export function readRevisionName(
  context: DialectContext,
  entry: ApplicationComponent,
  path: Path,
): ApplicationComponent {
  const [, name, version, ...more] = entry.revisionName?.split('|') ?? [];
  if (!name || version === undefined || more.length > 0) return entry;
  const { revisionName: _packed, ...rest } = entry;
  const any = version === '_' || version === '' ? '' : `; its version ${version} is not looked at`;
  context.warn([...path, 'revisionName'], `revisionName with bars is read as componentName ${name}${any}`);
  context.moved([...path, 'componentName'], [...path, 'revisionName']);
  return { ...rest, componentName: name };
}
