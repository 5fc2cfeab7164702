export const V = '/services/data/v64.0';

export async function bytesOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function send(response, status, type, body, headers = {}) {
  response.writeHead(status, {
    'content-type': `${type};charset=UTF-8`,
    'content-length': Buffer.byteLength(body),
    'sforce-limit-info': 'api-usage=1/1000000',
    ...headers,
  });
  response.end(body);
}
