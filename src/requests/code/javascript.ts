import { commentText, linesOf, quoted } from './literals.ts';
import {
  containerVariable,
  variablesOf,
  type BesProgram,
  type ClientProgram,
  type RrsProgram,
} from './program.ts';

/** A program for Node 18 and later without packages; it runs as a module and as a classic script. */
export function javascript(program: ClientProgram): string {
  return program.kind === 'rrs' ? executeProgram(program) : batchProgram(program);
}

function executeProgram(program: RrsProgram): string {
  return `${head(program, 'Scores a request')}
const url = ${quoted(program.url)};

const body = ${joined(linesOf(program.body), 0)};

async function main() {
  const answer = await call('POST', url, serviceHeaders(), body);
  // The rows are in answer.Results[output].value.Values, or with format=swagger in answer.Results[output].
  console.log(JSON.stringify(await answer.json(), undefined, 2));
}

${common(program)}`;
}

function batchProgram(program: BesProgram): string {
  const inputs = program.inputs.map(
    ({ name, fileName, rows }) =>
      `  [${quoted(name)}, {\n    fileName: ${quoted(fileName)},\n    rows: ${joined(rows, 4)},\n  }],\n`,
  );
  const outputs = program.outputs.map(({ name, fileName }) => `  [${quoted(name)}, ${quoted(fileName)}],\n`);
  return `${head(program, 'Scores tables as a batch job')}
const jobsUrl = ${quoted(program.jobsUrl)};
const query = ${quoted(program.query)};

// By input of the service: the file's name and its rows.
const inputs = new Map([
${inputs.join('')}]);

// By output of the service: the file that it is written to. Outputs that are not named here are downloaded too.
const outputs = new Map([
${outputs.join('')}]);

const globalParameters = JSON.parse(${joined(linesOf(program.globalParameters), 0)});

const longestPause = 30_000;

async function main() {
  const { writeFile } = await import('node:fs/promises');
  const { randomUUID } = await import('node:crypto');
  const container = new URL(variable(${quoted(containerVariable)}));
  const path = container.pathname.replace(/\\/+$/, '');
  const containerName = path.slice(path.lastIndexOf('/') + 1);
  const base = container.origin + path.slice(0, path.lastIndexOf('/') + 1);
  const folder = \`\${containerName}/\${randomUUID()}\`;
  const headers = serviceHeaders();
  const reference = (fileName) => ({
    BaseLocation: base,
    RelativeLocation: \`\${folder}/\${fileName}\`,
    SasBlobToken: container.search,
  });

  const sources = [];
  for (const [name, { fileName, rows }] of inputs) {
    const source = reference(fileName);
    await call('PUT', blobUrl(source), { 'x-ms-blob-type': 'BlockBlob', 'Content-Type': 'text/csv' }, rows);
    sources.push([name, source]);
  }
  const targets = [...outputs].map(([name, fileName]) => [name, reference(fileName)]);
  const job = {
    ...(sources.length > 0 ? { Inputs: Object.fromEntries(sources) } : {}),
    ...(targets.length > 0 ? { Outputs: Object.fromEntries(targets) } : {}),
    GlobalParameters: globalParameters,
  };

  const submitted = await call('POST', jobsUrl + query, headers, JSON.stringify(job));
  const jobId = (await submitted.text()).trim().replace(/^"|"$/g, '');
  console.error(\`Job \${jobId} is submitted.\`);
  const jobUrl = \`\${jobsUrl}/\${jobId}\`;
  await call('POST', \`\${jobUrl}/start\${query}\`, headers, '');

  const status = await waitForEnd(jobUrl, headers);
  for (const [name, result] of Object.entries(status.Results ?? {})) {
    const fileName = outputs.get(name) ?? \`\${name.replace(/[^\\w-]+/g, '_')}.csv\`;
    const answer = await call('GET', blobUrl({ ...result, SasBlobToken: result.SasBlobToken ?? container.search }), {});
    await writeFile(fileName, Buffer.from(await answer.arrayBuffer()));
    console.log(fileName);
  }
}

/** Asks for the job's status until it has ended, at growing intervals. */
async function waitForEnd(jobUrl, headers) {
  const states = ['NotStarted', 'Running', 'Failed', 'Cancelled', 'Finished'];
  for (let pause = 1000; ; pause = Math.min(pause * 1.5, longestPause)) {
    const status = await (await call('GET', jobUrl + query, headers)).json();
    const state = states[Number(status.StatusCode)] ?? status.StatusCode;
    console.error(\`The job is \${state}.\`);
    if (state === 'Finished') return status;
    if (['Failed', 'Cancelled', 'Canceled'].includes(state)) {
      throw new Error(status.Details || \`The job is \${state}.\`);
    }
    await sleep(pause);
  }
}

function blobUrl({ BaseLocation, RelativeLocation, SasBlobToken }) {
  return \`\${BaseLocation.replace(/\\/+$/, '')}/\${RelativeLocation.replace(/^\\/+/, '')}\${SasBlobToken}\`;
}

${common(program)}`;
}

function head(program: ClientProgram, does: string): string {
  const variables = variablesOf(program).map(([name, meaning]) => `//   ${name}: ${commentText(meaning)}\n`);
  return `// ${does} with the web service ${commentText(program.service)}. Needs Node 18 or later and no packages.
${variables.length > 0 ? `// Set before it runs, as environment variables:\n${variables.join('')}` : ''}`;
}

function common(program: ClientProgram): string {
  const headers = [
    ...program.headers.map(([name, value]) => `    ${quoted(name)}: ${quoted(value)},\n`),
    ...program.secrets.map(
      ({ header, prefix, variable }) =>
        `    ${quoted(header)}: ${prefix === '' ? '' : `${quoted(prefix)} + `}variable(${quoted(variable)}),\n`,
    ),
  ];
  return `function serviceHeaders() {
  return {
${headers.join('')}  };
}

function variable(name) {
  const value = process.env[name]?.trim();
  if (value) return value;
  console.error(\`Set the environment variable \${name}.\`);
  process.exit(2);
}

/** Sends a request. Waits and tries again while the other side is busy; any other error status is thrown. */
async function call(method, url, headers, body) {
  for (let attempt = 1; ; attempt++) {
    // A redirect would carry the keys to another address.
    const answer = await fetch(url, { method, headers, body, redirect: 'manual', signal: AbortSignal.timeout(100_000) });
    if (answer.ok) return answer;
    if (![429, 503].includes(answer.status) || attempt === 6) throw new Error(await explain(answer));
    await answer.arrayBuffer();
    await sleep(pauseBeforeRetry(answer.headers.get('Retry-After'), attempt));
  }
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Milliseconds: what the service asks for, else longer each time. */
function pauseBeforeRetry(retryAfter, attempt) {
  const text = retryAfter?.trim() ?? '';
  if (/^\\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  if (!Number.isNaN(date)) return Math.max(0, date - Date.now());
  return Math.min(30_000, 1000 * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);
}

/** What the service, the gateway or the storage answered. */
async function explain(answer) {
  const text = await answer.text();
  const lines = [\`HTTP \${answer.status} \${answer.statusText}\`];
  let problem;
  try {
    problem = JSON.parse(text)?.error;
  } catch {
    problem = undefined;
  }
  if (problem) {
    lines.push(\`\${problem.code}: \${problem.message}\`);
    for (const detail of problem.details ?? []) lines.push(\`  \${detail.code}: \${detail.message}\`);
  } else {
    lines.push(text.slice(0, 2000));
  }
  for (const [name, value] of answer.headers) lines.push(\`  \${name}: \${value}\`);
  const hints = {
    401: 'Check the keys in the environment variables.',
    403: "The gateway's quota may be used up, or the storage's SAS may have expired.",
    429: 'Too many calls; try again later.',
    503: 'The service is busy or starting; try again later.',
  };
  if (answer.status in hints) lines.push(hints[answer.status]);
  return lines.join('\\n');
}

main().catch((error) => {
  console.error(error.cause ? \`\${error.message}: \${error.cause.message}\` : error.message);
  process.exitCode = 1;
});
`;
}

/** Array and `join` keep one line of the text on one line of the program. */
function joined(lines: readonly string[], indent: number): string {
  const [only = '', second] = lines;
  if (second === undefined) return quoted(only);
  const margin = ' '.repeat(indent);
  return `[\n${lines.map((line) => `${margin}  ${quoted(line)},\n`).join('')}${margin}].join('')`;
}
