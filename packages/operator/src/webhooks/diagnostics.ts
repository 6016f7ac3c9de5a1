import { tracingChannel } from 'node:diagnostics_channel';

/** One admission request; `status` is that of the HTTP answer. */
export interface WebhookTrace {
  readonly path: string;
  status?: number;
}

/** Admission requests of this process. */
export const webhookChannel = tracingChannel<unknown, WebhookTrace>('capstan.operator.webhook');
