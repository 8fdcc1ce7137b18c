// The administration API, with the operator's token (docs/openapi.yaml).

const key = 'signal-hub-token';

// In this tab, until it is closed; never in a URL.
export const token = {
  get: () => sessionStorage.getItem(key),
  set: (value) => sessionStorage.setItem(key, value),
  forget: () => sessionStorage.removeItem(key),
};

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const listeners = { refused: () => {} };

/** Called with the error when the hub does not take the token. */
export function onRefused(listener) {
  listeners.refused = listener;
}

export const headers = () => (token.get() ? { Authorization: `Bearer ${token.get()}` } : {});

export async function failure(response) {
  const body = await response.json().catch(() => ({}));
  const told = body.error ?? {};
  const message = [told.message, told.resolution].filter(Boolean).join(' ');
  const error = new ApiError(response.status, told.code ?? '',
    message || `The hub answered ${response.status}.`);
  if (response.status === 401 || response.status === 403) listeners.refused(error);
  return error;
}

function address(path, query) {
  const given = Object.entries(query ?? {}).filter(([, v]) => v !== undefined && v !== null && v !== '');
  const text = new URLSearchParams(given).toString();
  return `api/v1${path}${text ? `?${text}` : ''}`;
}

async function ask(method, path, { query, body } = {}) {
  const options = { method, headers: headers(), cache: 'no-store' };
  if (body !== undefined) options.body = JSON.stringify(body);
  let response;
  try {
    response = await fetch(address(path, query), options);
  } catch {
    throw new ApiError(0, 'unreachable', 'The hub cannot be reached.');
  }
  if (!response.ok) throw await failure(response);
  return response.json();
}

export const get = (path, query) => ask('GET', path, { query });
export const post = (path, body) => ask('POST', path, { body });
export const remove = (path) => ask('DELETE', path);

/** /health needs no token, and answers 503 with the same body when it is bad. */
export async function health() {
  const response = await fetch('health', { cache: 'no-store' });
  return response.json();
}

export const segment = encodeURIComponent;
