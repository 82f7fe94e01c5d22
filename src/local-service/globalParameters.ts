import type { Cell, GlobalParameter } from '../protocol/studio/serviceSchema.ts';
import { CellError, checkAllowed, parseValue } from './cells.ts';
import { optionalObject } from './jsonBody.ts';
import type { JsonObject } from './jsonBody.ts';
import { Refusal } from './mistakes.ts';
import { ParameterError } from './webService.ts';
import type { ParameterValues, Scoring, WebService } from './webService.ts';

/**
 * Checks `GlobalParameters` of a request against the schema. Empty text stands for "no value": clients
 * send it where they have none (Sport-Matching/api, API help pages).
 * @throws Refusal
 */
export function parseGlobalParameters(
  body: JsonObject,
  parameters: readonly GlobalParameter[],
): ParameterValues {
  const sent = optionalObject(body, 'GlobalParameters');
  const unknown = Object.keys(sent).find((name) => !parameters.some((parameter) => parameter.name === name));
  if (unknown !== undefined) throw new Refusal('parameterUnknown', { parameter: unknown });
  const values = new Map<string, Cell>();
  for (const parameter of parameters) {
    const value = Object.hasOwn(sent, parameter.name) ? sent[parameter.name] : undefined;
    values.set(parameter.name, parameterValue(parameter, value));
  }
  return values;
}

/** Binds a call to its parameters. @throws Refusal */
export function bind(service: WebService, parameters: ParameterValues): Scoring {
  try {
    return service.bind(parameters);
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    throw new Refusal('parameterInvalid', { parameter: error.parameter, reason: error.message });
  }
}

function parameterValue(parameter: GlobalParameter, value: unknown): Cell {
  const { name, default: fallback } = parameter;
  const empty = value === undefined || value === null || (value === '' && !isTextWithoutDefault(parameter));
  if (empty) {
    if (fallback === undefined) throw new Refusal('parameterMissing', { parameter: name });
    return fallback;
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new Refusal('parameterInvalid', { parameter: name, reason: 'it is not a single value' });
  }
  try {
    return checkAllowed(parseValue(value, parameter), parameter.allowedValues);
  } catch (error) {
    if (!(error instanceof CellError)) throw error;
    throw new Refusal('parameterInvalid', { parameter: name, reason: error.message });
  }
}

function isTextWithoutDefault(parameter: GlobalParameter): boolean {
  return parameter.type === 'string' && parameter.default === undefined;
}
