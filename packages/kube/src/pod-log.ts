import type { ClusterContext, PodLogOptions } from './client.ts';
import { withQuery } from './paths.ts';
import { errorOf, unreachable } from './status-errors.ts';
import { bodyOf, type HttpTransport } from './transport.ts';

/** Longer lines are delivered in pieces: a container may write without ever ending a line. */
const LONGEST_LINE = 256 * 1024;

/** A request for a log. */
export interface PodLogRequest {
  readonly pod: { readonly name: string; readonly namespace: string };
  readonly context: ClusterContext;
  readonly options: PodLogOptions;
}

/** Reads the log of a container to its end, or until the signal is aborted; rejects as a read does. */
export async function readPodLog(transport: HttpTransport, request: PodLogRequest): Promise<void> {
  const { context, options, pod } = request;
  const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log`;
  const target = `pod/${pod.namespace}/${pod.name}`;
  const attempt = { verb: 'get', group: '', resource: 'pods', subresource: 'log', ...pod, target };
  const { signal, onLine, tailLines, sinceSeconds, container, follow, previous, timestamps } = options;
  const query = { container, tailLines, sinceSeconds, follow, previous, timestamps };
  try {
    const response = await transport.open({
      method: 'GET',
      path: withQuery(path, query),
      idempotent: true,
      signal,
    });
    const status = response.statusCode ?? 0;
    if (status !== 200) {
      throw errorOf(context, attempt, { status, headers: response.headers, body: await bodyOf(response) });
    }
    response.setEncoding('utf8');
    let rest = '';
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_LINE) {
        lines.push(rest);
        rest = '';
      }
      for (const line of lines) if (!signal?.aborted) onLine(line);
    }
    if (rest !== '' && !signal?.aborted) onLine(rest);
  } catch (error) {
    if (signal?.aborted) return;
    throw unreachable(context, error, 'the log broke off');
  }
}
