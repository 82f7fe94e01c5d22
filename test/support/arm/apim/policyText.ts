import { Failure } from '../../../../src/protocol/failure.ts';
import { elementsNamed, parsePolicy, writePolicy } from '../../../../src/protocol/apim/policyXml.ts';
import type { PolicyElement } from '../../../../src/protocol/apim/policyXml.ts';
import { ArmError } from '../wire.ts';

/** In `xml` expressions are escaped like all else, in `rawxml` they stand as they are. */
export type PolicyFormat = 'xml' | 'rawxml';

/** Reads a policy document. @throws ArmError with line and column */
export function readPolicy(text: string, format: PolicyFormat): PolicyElement {
  const policy = parsePolicy(text);
  if (policy instanceof Failure) throw ArmError.invalid([['policy', policy.sentence]]);
  return format === 'rawxml' ? policy : withExpressions(policy, unescaped);
}

/** The document as the service writes it: indented anew, with CRLF. */
export function showPolicy(policy: PolicyElement, format: PolicyFormat): string {
  const text = writePolicy(format === 'rawxml' ? policy : withExpressions(policy, escaped));
  return text.replaceAll('\n', '\r\n');
}

/** A refusal that says where an element stands. */
export function elementProblem(
  text: string,
  policy: PolicyElement,
  element: PolicyElement,
  what: string,
): ArmError {
  const { name } = element;
  const position = elementsNamed(policy, name).indexOf(element);
  const code = text.replaceAll(/<!--.*?-->/gs, (comment) => comment.replaceAll(/[^\n]/g, ' '));
  const starts = [...code.matchAll(new RegExp(`<${name}(?=[\\s/>])`, 'g'))];
  const before = code.slice(0, starts[position]?.index ?? 0).split('\n');
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  return ArmError.invalid([[name, `Element '${name}' on ${place}: ${what}`]]);
}

/** Expressions are what a policy's writer leaves as they are: changed before, they come out changed. */
function withExpressions(element: PolicyElement, change: (text: string) => string): PolicyElement {
  const changed = (text: string): string => (/^@[({]/.test(text) ? change(text) : text);
  const attributes = Object.entries(element.attributes).map(([name, value]) => [name, changed(value)]);
  return {
    name: element.name,
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
