/** What Go's client makes of an answer that is neither success nor a Status (client-go rest transformResponse). */
export function answerError(status: number, body: string): string {
  const own = statusMessage(body);
  if (own !== undefined) return own;
  switch (status) {
    case 400:
      return 'the server rejected our request for an unknown reason';
    case 401:
      return 'the server has asked for the client to provide credentials';
    case 403:
      return 'forbidden';
    case 404:
      return 'the server could not find the requested resource';
    case 405:
      return 'the server does not allow this method on the requested resource';
    case 406:
      return 'the server was unable to respond with a content type that the client supports';
    case 409:
      return 'the server reported a conflict';
    case 415:
      return 'the server does not support the media type of the request';
    case 429:
      return 'the server has received too many requests and has asked us to try again later';
    case 503:
      return 'the server is currently unable to handle the request';
    case 504:
      return 'the server was unable to return a response in the time allotted, but may still be processing the request';
    default:
      break;
  }
  if (status < 500) return `the server responded with the status code ${status} but did not return more information`;
  const shown = body.trim().slice(0, 2_048);
  return `an error on the server (${JSON.stringify(shown === '' ? 'unknown' : shown)}) has prevented the request from succeeding`;
}

function statusMessage(body: string): string | undefined {
  try {
    const answer = JSON.parse(body) as { kind?: unknown; message?: unknown } | null;
    return answer?.kind === 'Status' && typeof answer.message === 'string' ? answer.message : undefined;
  } catch {
    return undefined;
  }
}
