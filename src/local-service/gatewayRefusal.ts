/**
 * A refusal in the shape of the gateway, `{"statusCode","message"}`, in our own words.
 * Source: azure-docs api-management-error-handling-policies.md.
 */
export class GatewayRefusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export function notFound(): GatewayRefusal {
  return new GatewayRefusal(404, 'Resource not found');
}

/** @param header the name of the header in which the API wants the key; its challenge says so */
export function keyMissing(realm: string, header: string): GatewayRefusal {
  return new GatewayRefusal(
    401,
    'Access denied: the request has no subscription key. Send one with every call to this API.',
    { 'WWW-Authenticate': `AzureApiManagementKey realm="${realm}",name="${header}",type="header"` },
  );
}

export function keyInvalid(): GatewayRefusal {
  return new GatewayRefusal(401, 'Access denied: the subscription key is not valid for this API.');
}

export function rateExceeded(waitSeconds: number): GatewayRefusal {
  return new GatewayRefusal(429, `Too many calls. Try again in ${waitSeconds} seconds.`, {
    'Retry-After': String(waitSeconds),
  });
}

/** Source: azure-docs quota-policy.md. */
export function quotaSpent(waitSeconds: number): GatewayRefusal {
  if (waitSeconds === Infinity)
    return new GatewayRefusal(403, 'The call quota is used up and is not replenished.');
  return new GatewayRefusal(
    403,
    `The call quota is used up. It will be replenished in ${formatWait(waitSeconds)}.`,
    { 'Retry-After': String(waitSeconds) },
  );
}

/** Days, hours, minutes and seconds as the gateway writes them: `5.03:23:11`, without days `03:23:11`. */
function formatWait(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const time = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days}.${time}` : time;
}
