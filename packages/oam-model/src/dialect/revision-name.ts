import type { ApplicationComponent } from '../kinds/index.ts';
import { packedName } from '../names.ts';
import type { DialectContext, Path } from './context.ts';

/**
 * SREWorks' `<type>|<name>|<version>` in revisionName, read as the Component of that name. Its revisions are not
 * Kubernetes', so a version other than `_` (any) cannot be pinned by it and is said not to be looked at.
 */
export function readRevisionName(
  context: DialectContext,
  entry: ApplicationComponent,
  path: Path,
): ApplicationComponent {
  const packed = packedName(entry);
  if (!packed) return entry;
  const { component, version } = packed;
  const { revisionName: _packed, ...rest } = entry;
  const any = version === '_' || version === '' ? '' : `; its version ${version} is not looked at`;
  context.warn([...path, 'revisionName'], `revisionName with bars is read as componentName ${component}${any}`);
  context.moved([...path, 'componentName'], [...path, 'revisionName']);
  return { ...rest, componentName: component };
}
