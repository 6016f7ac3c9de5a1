import type { ConversionCaller } from '../crd/conversion.ts';
import type { Outbound } from './outbound.ts';
import { postReview } from './post-review.ts';

/** apiextensions-apiserver pkg/apiserver/conversion/webhook_converter.go: every conversion has 30 s. */
const TIMEOUT_SECONDS = 30;

/** Calls conversion webhooks. */
export function conversionCaller(outbound: Outbound): ConversionCaller {
  return async (config, review) => {
    const body = JSON.stringify(review);
    const request = { body, timeoutSeconds: TIMEOUT_SECONDS, userAgent: 'kube-apiserver-conversion' };
    return JSON.parse(await postReview(outbound, config, request)) as unknown;
  };
}
