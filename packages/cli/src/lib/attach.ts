import { CapstanError, EXIT } from '@capstan/base';
import { CLI_CODES } from '../codes.ts';
import { connect } from '../services/kube-client.ts';
import { type Attachment, attachService } from '../services/sandbox-attachments.ts';
import { sandboxStatus } from '../services/sandbox-state.ts';

/**
 * Records the attachment and says whether the Service is there already: a chart may bring it later.
 * Fails with CAPSTAN_CLI_NOT_FOUND, exit 3, when no sandbox runs.
 */
export async function attach(attachment: Attachment): Promise<{ readonly serviceExists: boolean }> {
  const { ready, state } = await sandboxStatus();
  if (!ready || state === undefined) {
    throw new CapstanError(CLI_CODES.notFound, 'no sandbox is running', {
      hint: 'Only Services of the sandbox can be attached.',
      next: ['capstan sandbox start'],
      exit: EXIT.unreachable,
    });
  }
  const client = await connect({ kubeconfig: state.kubeconfig });
  try {
    const { namespace, service } = attachment;
    const found = await client.get({ apiVersion: 'v1', kind: 'Service', namespace, name: service });
    await attachService(attachment);
    return { serviceExists: found !== undefined };
  } finally {
    client.close();
  }
}
