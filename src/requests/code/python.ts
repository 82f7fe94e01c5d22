import { commentText, linesOf, quoted } from './literals.ts';
import {
  containerVariable,
  variablesOf,
  type BesProgram,
  type ClientProgram,
  type RrsProgram,
} from './program.ts';

/** A program for Python 3.8 and later that needs nothing but the standard library. */
export function python(program: ClientProgram): string {
  return program.kind === 'rrs' ? executeProgram(program) : batchProgram(program);
}

function executeProgram(program: RrsProgram): string {
  return `${head(program, 'Scores a request')}
import json
${imports(['os', 'random', 'sys', 'time'])}

URL = ${quoted(program.url)}

BODY = ${textLiteral(program.body)}

${common(program)}

def main():
    answer = json.loads(call("POST", URL, service_headers(), BODY.encode("utf-8")))
    # The rows are in answer["Results"][output]["value"]["Values"], or with format=swagger in answer["Results"][output].
    print(json.dumps(answer, indent=2, ensure_ascii=False))


main()
`;
}

function batchProgram(program: BesProgram): string {
  const inputs = program.inputs.map(
    ({ name, fileName, rows }) =>
      `    ${quoted(name)}: (\n        ${quoted(fileName)},\n${stringLines(rows, 8)}\n    ),\n`,
  );
  const outputs = program.outputs.map(({ name, fileName }) => `    ${quoted(name)}: ${quoted(fileName)},\n`);
  return `${head(program, 'Scores tables as a batch job')}
import json
${imports(['os', 'random', 're', 'sys', 'time'])}
import urllib.parse
import uuid

JOBS_URL = ${quoted(program.jobsUrl)}
QUERY = ${quoted(program.query)}

# By input of the service: the file's name and its rows.
INPUTS = {
${inputs.join('')}}

# By output of the service: the file that it is written to. Outputs that are not named here are downloaded too.
OUTPUTS = {
${outputs.join('')}}

GLOBAL_PARAMETERS = json.loads(
${stringLines(linesOf(program.globalParameters), 4)}
)

LONGEST_PAUSE = 30

${common(program)}

def main():
    container = urllib.parse.urlsplit(variable(${quoted(containerVariable)}))
    account_path, container_name = container.path.rstrip("/").rsplit("/", 1)
    base = f"{container.scheme}://{container.netloc}{account_path}/"
    token = "?" + container.query
    folder = f"{container_name}/{uuid.uuid4().hex}"
    headers = service_headers()

    def reference(file_name):
        return {"BaseLocation": base, "RelativeLocation": f"{folder}/{file_name}", "SasBlobToken": token}

    inputs = {}
    for name, (file_name, rows) in INPUTS.items():
        inputs[name] = reference(file_name)
        blob_headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "text/csv"}
        call("PUT", blob_url(inputs[name]), blob_headers, rows.encode("utf-8"))
    job = {"GlobalParameters": GLOBAL_PARAMETERS}
    if inputs:
        job["Inputs"] = inputs
    if OUTPUTS:
        job["Outputs"] = {name: reference(file_name) for name, file_name in OUTPUTS.items()}

    submitted = call("POST", JOBS_URL + QUERY, headers, json.dumps(job).encode("utf-8"))
    job_id = submitted.decode("utf-8-sig").strip().strip('"')
    print(f"Job {job_id} is submitted.", file=sys.stderr)
    job_url = f"{JOBS_URL}/{job_id}"
    call("POST", f"{job_url}/start{QUERY}", headers, b"")

    status = wait_for_end(job_url, headers)
    for name, result in (status.get("Results") or {}).items():
        file_name = OUTPUTS.get(name) or re.sub(r"[^A-Za-z0-9_-]+", "_", name) + ".csv"
        with open(file_name, "wb") as file:
            file.write(call("GET", blob_url({**result, "SasBlobToken": result.get("SasBlobToken") or token}), {}))
        print(file_name)


def wait_for_end(job_url, headers):
    """Asks for the job's status until it has ended, at growing intervals."""
    states = ["NotStarted", "Running", "Failed", "Cancelled", "Finished"]
    pause = 1
    while True:
        status = json.loads(call("GET", job_url + QUERY, headers))
        code = str(status.get("StatusCode"))
        state = states[int(code)] if code in ("0", "1", "2", "3", "4") else code
        print(f"The job is {state}.", file=sys.stderr)
        if state == "Finished":
            return status
        if state in ("Failed", "Cancelled", "Canceled"):
            sys.exit(str(status.get("Details") or f"The job is {state}."))
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


def blob_url(reference):
    base = reference["BaseLocation"].rstrip("/")
    return base + "/" + reference["RelativeLocation"].lstrip("/") + reference["SasBlobToken"]


main()
`;
}

function head(program: ClientProgram, does: string): string {
  const variables = variablesOf(program).map(([name, meaning]) => `#   ${name}: ${commentText(meaning)}\n`);
  return `# ${does} with the web service ${commentText(program.service)}. Needs Python 3.8 or later and no packages.
${variables.length > 0 ? `# Set before it runs, as environment variables:\n${variables.join('')}` : ''}`;
}

function imports(modules: readonly string[]): string {
  const all = [...modules.map((name) => `import ${name}`), 'import urllib.error', 'import urllib.request'];
  return ['import email.utils', ...all].join('\n');
}

function common(program: ClientProgram): string {
  const headers = [
    ...program.headers.map(([name, value]) => `        ${quoted(name)}: ${quoted(value)},\n`),
    ...program.secrets.map(
      ({ header, prefix, variable }) =>
        `        ${quoted(header)}: ${prefix === '' ? '' : `${quoted(prefix)} + `}variable(${quoted(variable)}),\n`,
    ),
  ];
  return `TIMEOUT = 100
TRIES = 6
BUSY = {429, 503}


def variable(name):
    value = os.environ.get(name, "").strip()
    if not value:
        print(f"Set the environment variable {name}.", file=sys.stderr)
        sys.exit(2)
    return value


def service_headers():
    return {
${headers.join('')}    }


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the keys to another address."""

    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(NoRedirects)


def call(method, url, headers, data=None):
    """Sends a request and returns the answer's bytes. Waits and tries again while the other side is busy."""
    for attempt in range(1, TRIES + 1):
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        try:
            with opener.open(request, timeout=TIMEOUT) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code not in BUSY or attempt == TRIES:
                fail(error)
            time.sleep(pause_before_retry(error.headers.get("Retry-After"), attempt))
        except (urllib.error.URLError, TimeoutError) as error:
            sys.exit(f"{request.host} cannot be reached: {getattr(error, 'reason', error)}")


def pause_before_retry(retry_after, attempt):
    """Seconds: what the service asks for, else longer each time."""
    if retry_after and retry_after.strip().isdigit():
        return int(retry_after)
    try:
        return max(0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (TypeError, ValueError, AttributeError):
        return min(30, 2 ** (attempt - 1)) * random.uniform(0.75, 1.25)


def fail(error):
    """Says what the service, the gateway or the storage answered, and ends the program."""
    text = error.read().decode("utf-8", "replace")
    print(f"HTTP {error.code} {error.reason}", file=sys.stderr)
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    problem = body.get("error") if isinstance(body, dict) else None
    if isinstance(problem, dict):
        print(f"{problem.get('code')}: {problem.get('message')}", file=sys.stderr)
        for detail in problem.get("details") or []:
            print(f"  {detail.get('code')}: {detail.get('message')}", file=sys.stderr)
    else:
        print(text[:2000], file=sys.stderr)
    for name, value in error.headers.items():
        print(f"  {name}: {value}", file=sys.stderr)
    hints = {
        401: "Check the keys in the environment variables.",
        403: "The gateway's quota may be used up, or the storage's SAS may have expired.",
        429: "Too many calls; try again later.",
        503: "The service is busy or starting; try again later.",
    }
    if error.code in hints:
        print(hints[error.code], file=sys.stderr)
    sys.exit(1)

`;
}

function textLiteral(text: string): string {
  return `(\n${stringLines(linesOf(text), 4)}\n)`;
}

/** Literals that stand below each other are one text in Python. */
function stringLines(lines: readonly string[], indent: number): string {
  return (lines.length > 0 ? lines : ['']).map((line) => ' '.repeat(indent) + quoted(line)).join('\n');
}
