import { type Fields, list, text } from './values.ts';

interface Port {
  readonly path: string;
  readonly name: string;
  readonly number: number;
  readonly protocol: string;
  readonly hostIp: string;
  readonly hostPort: number;
}

/**
 * Warnings about ports that containers of a Pod have twice, or that may mean the same. Upstream: pkg/api/pod/warnings.go,
 * which visits init containers first.
 */
export function portWarnings(spec: Fields, path: string): string[] {
  const ports = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    list(spec[field]).flatMap((container, at) =>
      list(container['ports']).map((port, index) => portOf(port, `${path}.${field}[${at}].ports[${index}]`)),
    ),
  );
  return [
    ...ports.flatMap((port, at) => [...hostIpWarnings(port), ...clashes(port, ports.slice(0, at))]),
    ...sameNames(ports),
  ];
}

function portOf(port: Fields, path: string): Port {
  return {
    path,
    name: text(port['name']),
    number: Number(port['containerPort'] ?? 0),
    protocol: text(port['protocol']),
    hostIp: text(port['hostIP']),
    hostPort: Number(port['hostPort'] ?? 0),
  };
}

function hostIpWarnings({ path, name, number, protocol, hostIp, hostPort }: Port): string[] {
  if (hostIp === '' || hostPort !== 0) return [];
  const shown = `{Name:${name} HostPort:0 ContainerPort:${number} Protocol:${protocol} HostIP:${hostIp}}`;
  return [`${path}: hostIP set without hostPort: ${shown}`];
}

function clashes(port: Port, earlier: readonly Port[]): string[] {
  return earlier.flatMap((other) => {
    if (other.number !== port.number || other.protocol !== port.protocol) return [];
    const how = clash(port, other);
    return how === undefined ? [] : [`${port.path}: ${how} port definition with ${other.path}`];
  });
}

function clash(port: Port, other: Port): string | undefined {
  if (port.hostPort === other.hostPort && port.hostIp === other.hostIp) return 'duplicate';
  if (port.hostPort === 0 || other.hostPort === 0) return 'overlapping';
  const oneOnAllAddresses = (port.hostIp === '') !== (other.hostIp === '');
  return port.hostPort === other.hostPort && oneOnAllAddresses ? 'dangerously ambiguous' : undefined;
}

function sameNames(ports: readonly Port[]): string[] {
  const first = new Map<string, string>();
  return ports.flatMap(({ path, name }) => {
    if (name === '') return [];
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, path);
      return [];
    }
    const effect = `services and probes that select ports by name will use ${other}`;
    return [`${path}: duplicate port name "${name}" with ${other}, ${effect}`];
  });
}
