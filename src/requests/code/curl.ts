import { commentText, hereDocument, shellQuoted } from './literals.ts';
import {
  containerVariable,
  variablesOf,
  type BesProgram,
  type ClientProgram,
  type RrsProgram,
} from './program.ts';

/** One command to paste into a shell (bash, zsh): shows the answer, and fails when its status is an error. */
export function curlCommand(program: RrsProgram): string {
  const headers = headerArguments(program).map((argument) => `  ${argument} \\\n`);
  return `curl --silent --show-error --fail-with-body --max-time 100 ${shellQuoted(program.url)} \\\n${headers.join('')}  --data-binary @- ${hereDocument(program.body)}\n`;
}

/** A bash program around cURL 7.55 or later. */
export function curl(program: ClientProgram): string {
  return program.kind === 'rrs' ? executeProgram(program) : batchProgram(program);
}

function executeProgram(program: RrsProgram): string {
  return `${head(program, 'Scores a request')}
url=${shellQuoted(program.url)}

${common(program)}
cat > "$work/body.json" ${hereDocument(program.body)}

call POST "$url" "\${service_headers[@]}" --data-binary "@$work/body.json"
cat "$work/answer"
echo
`;
}

function batchProgram(program: BesProgram): string {
  const uploads = program.inputs.map(
    ({ name, fileName, rows }) => `
# The input ${commentText(name)}.
{
${rows.map((row) => `  printf '%s' ${shellQuoted(row)}\n`).join('')}} > "$work/${fileName}"
call PUT "$container/$folder/${fileName}$token" -H 'x-ms-blob-type: BlockBlob' -H 'Content-Type: text/csv' \\
  --data-binary "@$work/${fileName}"
`,
  );
  const downloads = program.outputs.map(
    ({ fileName }) => `call GET "$container/$folder/${fileName}$token"
cp "$work/answer" ${fileName}
echo ${fileName}
`,
  );
  return `${head(program, 'Scores tables as a batch job')}
jobs_url=${shellQuoted(program.jobsUrl)}
query=${shellQuoted(program.query)}
longest_pause=30

${common(program)}
sas_url=$${containerVariable}
container=\${sas_url%%\\?*}
container=\${container%/}
token="?\${sas_url#*\\?}"
base=\${container%/*}/
folder=$(date +%Y%m%dT%H%M%S)-$$-$RANDOM
location="\${container##*/}/$folder"
${uploads.join('')}
{
  printf '{'
${references('Inputs', program.inputs)}${references('Outputs', program.outputs)}  printf '%s' '"GlobalParameters":'
  cat ${hereDocument(program.globalParameters)}
  printf '}'
} > "$work/job.json"

call POST "$jobs_url$query" "\${service_headers[@]}" --data-binary "@$work/job.json"
job_id=$(tr -d '"[:space:]' < "$work/answer")
echo "Job $job_id is submitted." >&2
call POST "$jobs_url/$job_id/start$query" "\${service_headers[@]}" --data-binary ''

pause=1
while true; do
  call GET "$jobs_url/$job_id$query" "\${service_headers[@]}"
  state=$(tr -d '\\r\\n' < "$work/answer" | sed -n 's/.*"StatusCode" *: *"\\{0,1\\}\\([A-Za-z0-9]*\\).*/\\1/p')
  echo "The job is $state." >&2
  case $state in
    Finished | 4) break ;;
    Failed | Cancelled | Canceled | 2 | 3)
      cat "$work/answer" >&2
      exit 1
      ;;
    '') fail 200 ;;
  esac
  sleep "$pause"
  pause=$((pause * 3 / 2 + 1))
  if ((pause > longest_pause)); then pause=$longest_pause; fi
done

${downloads.length > 0 ? downloads.join('') : '# The outputs of the service are not known here; the status names them.\ncat "$work/answer"\n'}`;
}

function references(member: string, files: readonly { name: string; fileName: string }[]): string {
  if (files.length === 0) return '';
  const lines = files.map(({ name, fileName }, index) => {
    const format = `${index === 0 ? '' : ','}%s:{"BaseLocation":"%s","RelativeLocation":"%s/${fileName}","SasBlobToken":"%s"}`;
    return `  printf '${format}' ${shellQuoted(JSON.stringify(name))} "$base" "$location" "$token"\n`;
  });
  return `  printf '%s' '"${member}":{'\n${lines.join('')}  printf '},'\n`;
}

function head(program: ClientProgram, does: string): string {
  const variables = variablesOf(program).map(([name, meaning]) => `#   ${name}: ${commentText(meaning)}\n`);
  return `#!/usr/bin/env bash
# ${does} with the web service ${commentText(program.service)}. Needs bash and cURL 7.55 or later.
${variables.length > 0 ? `# Set before it runs, as environment variables:\n${variables.join('')}` : ''}set -euo pipefail
`;
}

function headerArguments(program: ClientProgram): string[] {
  return [
    ...program.headers.map(([name, value]) => `-H ${shellQuoted(`${name}: ${value}`)}`),
    ...program.secrets.map(
      ({ header, prefix, variable }) => `-H ${shellQuoted(`${header}: ${prefix}`)}"\${${variable}:?}"`,
    ),
  ];
}

function common(program: ClientProgram): string {
  const names = variablesOf(program).map(([name]) => name);
  const check = `for name in ${names.join(' ')}; do
  if [ -z "\${!name:-}" ]; then
    echo "Set the environment variable $name." >&2
    exit 2
  fi
done
`;
  return `${names.length > 0 ? check : ''}service_headers=(
${headerArguments(program)
  .map((argument) => `  ${argument}\n`)
  .join('')})

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# call METHOD URL CURL-ARGUMENTS: the answer's body is in $work/answer. Waits and tries again while the other side is busy.
call() {
  local method=$1 url=$2 attempt status
  shift 2
  for attempt in 1 2 3 4 5 6; do
    status=$(curl --silent --show-error --max-time 100 --request "$method" "$@" \\
      --dump-header "$work/headers" --output "$work/answer" --write-out '%{http_code}' "$url") || exit 1
    case $status in
      2*) return ;;
      429 | 503) if ((attempt < 6)); then sleep "$(pause_before_retry "$attempt")"; else fail "$status"; fi ;;
      *) fail "$status" ;;
    esac
  done
}

# Seconds: what the service asks for, else longer each time.
pause_before_retry() {
  local asked
  asked=$(tr -d '\\r' < "$work/headers" | sed -n 's/^[Rr]etry-[Aa]fter: *\\([0-9][0-9]*\\)$/\\1/p' | tail -n 1)
  echo "\${asked:-$((1 << ($1 - 1)))}"
}

# Says what the service, the gateway or the storage answered, and ends the program.
fail() {
  {
    cat "$work/headers" "$work/answer"
    echo
    case $1 in
      401) echo 'Check the keys in the environment variables.' ;;
      403) echo "The gateway's quota may be used up, or the storage's SAS may have expired." ;;
      429) echo 'Too many calls; try again later.' ;;
      503) echo 'The service is busy or starting; try again later.' ;;
    esac
  } >&2
  exit 1
}
`;
}
