/** A call that a gateway answered. Ids are names; `-` stands where there is none. */
export interface LoggedCall {
  /** When it came, ISO 8601. */
  readonly timestamp: string;
  readonly apiId: string;
  readonly operationId: string;
  readonly productId: string;
  readonly userId: string;
  readonly subscriptionId: string;
  readonly method: string;
  readonly url: string;
  readonly ipAddress: string;
  readonly responseCode: number;
  /** 0 for a call that did not get to the backend. */
  readonly backendResponseCode: number;
  /** Bytes. */
  readonly requestSize: number;
  readonly responseSize: number;
  /** Milliseconds in all, and those of the backend. */
  readonly apiTime: number;
  readonly serviceTime: number;
}

/** Whom a call concerns, as far as the gateway found out. */
export type Concerned = {
  -readonly [
    Member in 'apiId' | 'operationId' | 'productId' | 'userId' | 'subscriptionId' | 'serviceTime'
  ]: LoggedCall[Member];
};

export const nobody: Concerned = {
  apiId: '-',
  operationId: '-',
  productId: '-',
  userId: '-',
  subscriptionId: '-',
  serviceTime: 0,
};
