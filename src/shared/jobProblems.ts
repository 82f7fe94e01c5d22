import type { ServiceSchema } from '../protocol/studio/serviceSchema.ts';
import { parameterProblem } from './inputProblems.ts';
import type { JobProblemStrings } from './jobEditorStrings.ts';
import type { JsonValue } from './jsonEdits.ts';
import { isSecretName } from './secretNames.ts';
import { secretReference } from './secretReference.ts';
import { kindOf, placeOf, type JobData, type JobInput } from './jobData.ts';
import { parameterFields, type CellProblem } from './requestForm.ts';

/** What keeps a job from being run, or will make the service refuse it. */
export type JobProblem =
  | { readonly kind: 'input'; readonly name: string; readonly problem: InputProblem }
  | { readonly kind: 'output'; readonly name: string; readonly problem: OutputProblem }
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly type: string;
      readonly problem: ParameterProblem;
    }
  | { readonly kind: 'generation'; readonly name: string; readonly problem: 'tooMany' };

type ParameterProblem = CellProblem | 'required' | 'notScalar' | 'secretParameter';
type InputProblem = 'missing' | 'unknown' | 'empty' | 'location' | 'notAUrl' | 'secret';
type OutputProblem = 'unknown' | 'location' | 'extension';

/** These cannot be run at all; of the others the service may think differently. */
const hopeless: ReadonlySet<string> = new Set([
  'empty',
  'location',
  'notAUrl',
  'secret',
  'notScalar',
  'tooMany',
]);

export function isHopeless({ problem }: JobProblem): boolean {
  return hopeless.has(problem);
}

/** What of a job does not work out; without a schema names and types are not looked into. */
export function jobProblems(data: JobData, schema: ServiceSchema | undefined): JobProblem[] {
  return [
    ...inputProblems(data, schema),
    ...outputProblems(data, schema),
    ...parameterProblems(data, schema),
    ...generationProblems(data),
  ];
}

/** `container/blob.csv`, with or without a leading slash. */
export function isBlobLocation(text: string): boolean {
  return /^\/?[^/?]+\/[^?]*[^/?]$/.test(text) && !text.includes('://');
}

/** Whether a text has the signature of a SAS in it. */
export function holdsSas(text: string): boolean {
  return /[?&;]sig=[^&;\s]/i.test(text);
}

function inputProblems({ inputs }: JobData, schema: ServiceSchema | undefined): JobProblem[] {
  const known = schema?.inputs.map(({ name }) => name);
  const missing = (known ?? []).filter((name) => !Object.hasOwn(inputs, name));
  return [
    ...missing.map((name): JobProblem => ({ kind: 'input', name, problem: 'missing' })),
    ...Object.entries(inputs).flatMap(([name, input]): JobProblem[] => {
      const problem = known?.includes(name) === false ? 'unknown' : inputProblem(input);
      return problem === undefined ? [] : [{ kind: 'input', name, problem }];
    }),
  ];
}

function inputProblem(input: JobInput): InputProblem | undefined {
  const place = placeOf(input).trim();
  if (place === '') return 'empty';
  if (holdsSas(place)) return 'secret';
  switch (kindOf(input)) {
    case 'blob':
      return isBlobLocation(place) ? undefined : 'location';
    case 'url':
      return /^https?:\/\/[^/]+\/[^/]+\/./i.test(place) ? undefined : 'notAUrl';
    default:
      return undefined;
  }
}

function outputProblems({ outputs }: JobData, schema: ServiceSchema | undefined): JobProblem[] {
  const known = schema?.outputs.map(({ name }) => name);
  return Object.entries(outputs).flatMap(([name, location]): JobProblem[] => {
    const problem = known?.includes(name) === false ? 'unknown' : outputProblem(location);
    return problem === undefined ? [] : [{ kind: 'output', name, problem }];
  });
}

function outputProblem(location: string | null): OutputProblem | undefined {
  if (location === null || location === '') return undefined;
  if (!isBlobLocation(location)) return 'location';
  return /\.(?:csv|tsv|arff|ilearner)$/i.test(location) ? undefined : 'extension';
}

function parameterProblems(data: JobData, schema: ServiceSchema | undefined): JobProblem[] {
  return parameterFields(data, schema).flatMap((field): JobProblem[] => {
    const { name, format, type } = field;
    const value = data.globalParameters[name];
    const problem = valueProblem(name, value) ?? (schema && parameterProblem(field));
    return problem === undefined ? [] : [{ kind: 'parameter', name, type: format ?? type, problem }];
  });
}

function valueProblem(name: string, value: JsonValue | undefined): ParameterProblem | undefined {
  if (typeof value === 'object' && value !== null) return 'notScalar';
  const isLiteral = typeof value === 'string' && value !== '' && secretReference(value) === undefined;
  return isLiteral && isSecretName(name) ? 'secretParameter' : undefined;
}

/** What is wrong, for a person. */
export function problemSentence(found: JobProblem, strings: JobProblemStrings): string {
  switch (found.kind) {
    case 'input':
      return strings.inputProblems[found.problem];
    case 'output':
      return strings.outputProblems[found.problem];
    case 'generation':
      return strings.tooMany;
    case 'parameter':
      switch (found.problem) {
        case 'required':
          return strings.parameterMissing;
        case 'notScalar':
        case 'secretParameter':
          return strings[found.problem];
        default:
          return strings.cellProblems[found.problem].replace('{0}', found.type);
      }
  }
}

/** The older bodies have one input, and the oldest one output, without its name. */
function generationProblems({ generation, inputs, outputs }: JobData): JobProblem[] {
  const named = Object.values(outputs).filter((location) => location !== null);
  const tooMany =
    (generation !== 'Inputs+Outputs' && Object.keys(inputs).length > 1) ||
    (generation === 'Input+Output' && named.length > 1);
  return tooMany ? [{ kind: 'generation', name: generation, problem: 'tooMany' }] : [];
}
