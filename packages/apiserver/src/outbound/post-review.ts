import { answerError } from './answer-error.ts';
import { addressOf, type ClientConfig, type Outbound } from './outbound.ts';

/** A review for a webhook. */
export interface OutboundReview {
  readonly body: string;
  readonly timeoutSeconds: number;
  readonly userAgent: string;
}

const MAX_SUCCESS = 206;

/**
 * Posts a review to a webhook and returns the text of its answer. Rejects with an Error worded as Go's client words it:
 * `Post "https://NAME.NAMESPACE.svc:443/PATH?timeout=10s": WHY`, or what the status code means.
 */
export async function postReview(outbound: Outbound, config: ClientConfig, review: OutboundReview): Promise<string> {
  const address = `${addressOf(config)}?timeout=${review.timeoutSeconds}s`;
  const { pathname, search } = new URL(address);
  const request = {
    method: 'POST',
    path: `${pathname}${search}`,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, */*',
      'user-agent': review.userAgent,
    },
    body: review.body,
    timeoutMs: review.timeoutSeconds * 1_000,
  };
  const answer = await outbound.call(config, request).catch((cause: Error) => {
    throw new Error(`Post "${address}": ${cause.message}`, { cause });
  });
  const text = answer.body.toString('utf8');
  if (answer.status >= 200 && answer.status <= MAX_SUCCESS) return text;
  throw new Error(answerError(answer.status, text));
}
