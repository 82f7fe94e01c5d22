import { ArmError } from './wire.ts';

const MINUTE = 60_000;

/** Milliseconds of an ISO 8601 duration in days, hours and minutes, such as `PT15M`. @throws ArmError 400 */
export function durationOf(text: string | null, name: string): number {
  const [, days = 0, hours = 0, minutes = 0] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(text ?? '') ?? [];
  const length = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * MINUTE;
  if (length === 0) throw ArmError.invalid([[name, `${name} is a duration such as PT15M.`]]);
  return length;
}
