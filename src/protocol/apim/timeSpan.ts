/** From one moment to a later one, in milliseconds since 1970. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** Milliseconds of an ISO 8601 duration in days, hours and minutes, such as `PT15M`; undefined for any other text. */
export function durationMs(text: string): number | undefined {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(text);
  if (found === null) return undefined;
  const [, days = 0, hours = 0, minutes = 0] = found;
  const length = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000;
  return length === 0 ? undefined : length;
}
