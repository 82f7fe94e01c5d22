import { InvalidPolicy, lineColumnAt } from '../../../../src/protocol/apim/policyReader.ts';
import { parsePolicy, writePolicy } from '../../../../src/protocol/apim/policyXml.ts';
import type { PlacedElement } from '../../../../src/protocol/apim/policyXml.ts';
import { ArmError } from '../wire.ts';

/** In `xml` expressions are escaped like all else, in `rawxml` they stand as they are. */
export type PolicyFormat = 'xml' | 'rawxml';

/** The format that a write or a read names; `xml` when it names none. @throws ArmError */
export function formatOf(given: unknown): PolicyFormat {
  if (given === undefined || given === null || given === 'xml') return 'xml';
  if (given === 'rawxml') return 'rawxml';
  throw ArmError.invalid([['format', 'The emulator reads policies as xml and rawxml only.']]);
}

/**
 * Reads a policy document.
 * @param refusal what is answered to a text that is no XML, from a sentence with line and position
 * @throws ArmError
 */
export function readPolicy(
  text: string,
  format: PolicyFormat,
  refusal = (what: string): ArmError => ArmError.invalid([['representation', what]]),
): PlacedElement {
  const policy = parsePolicy(text);
  if (policy instanceof InvalidPolicy) {
    const { line, column } = lineColumnAt(text, policy.offset);
    throw refusal(`The text is no XML: ${policy.what}. Line ${line}, position ${column}.`);
  }
  return format === 'rawxml' ? policy : withExpressions(policy, unescaped);
}

/** The document as the service writes it: indented anew, with CRLF. */
export function showPolicy(policy: PlacedElement, format: PolicyFormat): string {
  const text = writePolicy(format === 'rawxml' ? policy : withExpressions(policy, escaped));
  return text.replaceAll('\n', '\r\n');
}

/**
 * A refusal that says where the name of an element stands. Seen in Azure/azure-api-management-devops-resource-kit#350 and
 * Azure/azure-powershell#9171.
 */
export function elementProblem(text: string, { name, span }: PlacedElement, what: string): ArmError {
  const { line, column } = lineColumnAt(text, span.start + 1);
  return ArmError.invalid([[name, `Error in element '${name}' on line ${line}, column ${column}: ${what}`]]);
}

/** Expressions are what a policy's writer leaves as they are: changed before, they come out changed. */
function withExpressions(element: PlacedElement, change: (text: string) => string): PlacedElement {
  const changed = (text: string): string => (/^@[({]/.test(text) ? change(text) : text);
  const attributes = Object.entries(element.attributes).map(([name, value]) => [name, changed(value)]);
  return {
    ...element,
    attributes: Object.fromEntries(attributes) as Record<string, string>,
    content: element.content.map((part) =>
      typeof part === 'string' ? changed(part) : withExpressions(part, change),
    ),
  };
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return Object.entries(ENTITIES).reduce((done, [plain, entity]) => done.replaceAll(plain, entity), text);
}

function unescaped(text: string): string {
  return Object.entries(ENTITIES).reduceRight(
    (done, [plain, entity]) => done.replaceAll(entity, plain),
    text,
  );
}
