import { commentText, linesOf, quotedForR as quoted } from './literals.ts';
import {
  containerVariable,
  variablesOf,
  type BesProgram,
  type ClientProgram,
  type RrsProgram,
} from './program.ts';

/** A script for R 4.1 and later with the packages httr2 and jsonlite. */
export function r(program: ClientProgram): string {
  return program.kind === 'rrs' ? executeProgram(program) : batchProgram(program);
}

function executeProgram(program: RrsProgram): string {
  return `${head(program, 'Scores a request')}
url <- ${quoted(program.url)}

body <- ${pasted(linesOf(program.body), 0)}

${common(program)}
answer <- call("POST", url, service_headers, charToRaw(enc2utf8(body)))
# The rows are in answer$Results[[output]]$value$Values, or with format=swagger in answer$Results[[output]].
answer <- fromJSON(resp_body_string(answer), simplifyVector = FALSE)
cat(toJSON(answer, auto_unbox = TRUE, null = "null", pretty = TRUE), "\\n")
`;
}

function batchProgram(program: BesProgram): string {
  const inputs = program.inputs.map(
    ({ name, fileName, rows }) =>
      `list(name = ${quoted(name)}, file_name = ${quoted(fileName)}, rows = ${pasted(rows, 2)})`,
  );
  const outputs = program.outputs.map(
    ({ name, fileName }) => `list(name = ${quoted(name)}, file_name = ${quoted(fileName)})`,
  );
  return `${head(program, 'Scores tables as a batch job')}
jobs_url <- ${quoted(program.jobsUrl)}
query <- ${quoted(program.query)}

# The inputs of the service, each with its file's name and its rows.
inputs <- ${listOf(inputs)}

# The outputs of the service, each with the file that it is written to. Others are downloaded too.
outputs <- ${listOf(outputs)}

# A JSON object, which is sent as it is.
global_parameters <- ${pasted(linesOf(program.globalParameters), 0)}

longest_pause <- 30

${common(program)}
sas_url <- variable(${quoted(containerVariable)})
container <- sub("/$", "", sub("[?].*$", "", sas_url))
token <- sub("^[^?]*", "", sas_url)
base <- paste0(dirname(container), "/")
folder <- paste0(basename(container), "/", format(Sys.time(), "%Y%m%dT%H%M%S"), "-", Sys.getpid(), "-", sample.int(1e6, 1))

reference <- function(file_name) {
  list(BaseLocation = base, RelativeLocation = paste0(folder, "/", file_name), SasBlobToken = token)
}

blob_url <- function(reference) {
  own <- if (is.null(reference$SasBlobToken)) token else reference$SasBlobToken
  paste0(sub("/+$", "", reference$BaseLocation), "/", sub("^/+", "", reference$RelativeLocation), own)
}

# A JSON object of references by name.
references <- function(files) {
  all <- lapply(files, function(file) reference(file$file_name))
  names(all) <- vapply(files, function(file) file$name, "")
  toJSON(all, auto_unbox = TRUE)
}

for (input in inputs) {
  headers <- list("x-ms-blob-type" = "BlockBlob", "Content-Type" = "text/csv")
  call("PUT", blob_url(reference(input$file_name)), headers, charToRaw(enc2utf8(input$rows)))
}
job <- c(
  if (length(inputs) > 0) paste0('"Inputs":', references(inputs)),
  if (length(outputs) > 0) paste0('"Outputs":', references(outputs)),
  paste0('"GlobalParameters":', global_parameters)
)
job <- paste0("{", paste(job, collapse = ","), "}")

submitted <- call("POST", paste0(jobs_url, query), service_headers, charToRaw(enc2utf8(job)))
job_id <- gsub('["[:space:]]', "", resp_body_string(submitted))
message("Job ", job_id, " is submitted.")
job_url <- paste0(jobs_url, "/", job_id)
call("POST", paste0(job_url, "/start", query), service_headers, raw(0))

states <- c("NotStarted", "Running", "Failed", "Cancelled", "Finished")
pause <- 1
repeat {
  answer <- call("GET", paste0(job_url, query), service_headers)
  status <- fromJSON(resp_body_string(answer), simplifyVector = FALSE)
  state <- as.character(status$StatusCode)
  if (grepl("^[0-4]$", state)) state <- states[[as.integer(state) + 1]]
  message("The job is ", state, ".")
  if (state == "Finished") break
  if (state %in% c("Failed", "Cancelled", "Canceled")) {
    message(status$Details)
    quit(status = 1)
  }
  Sys.sleep(pause)
  pause <- min(pause * 1.5, longest_pause)
}

for (name in names(status$Results)) {
  known <- Filter(function(output) output$name == name, outputs)
  file_name <- if (length(known) > 0) known[[1]]$file_name else paste0(gsub("[^A-Za-z0-9_-]+", "_", name), ".csv")
  downloaded <- call("GET", blob_url(status$Results[[name]]), list())
  writeBin(resp_body_raw(downloaded), file_name)
  cat(file_name, "\\n", sep = "")
}
`;
}

function head(program: ClientProgram, does: string): string {
  const variables = variablesOf(program).map(([name, meaning]) => `#   ${name}: ${commentText(meaning)}\n`);
  return `# ${does} with the web service ${commentText(program.service)}. Needs R 4.1 or later.
# install.packages(c("httr2", "jsonlite"))
${variables.length > 0 ? `# Set before it runs, as environment variables:\n${variables.join('')}` : ''}library(httr2)
library(jsonlite)
`;
}

function common(program: ClientProgram): string {
  const headers = [
    ...program.headers.map(([name, value]) => `  ${quoted(name)} = ${quoted(value)}`),
    ...program.secrets.map(
      ({ header, prefix, variable }) =>
        `  ${quoted(header)} = ${prefix === '' ? `variable(${quoted(variable)})` : `paste0(${quoted(prefix)}, variable(${quoted(variable)}))`}`,
    ),
  ];
  return `variable <- function(name) {
  value <- trimws(Sys.getenv(name))
  if (value == "") {
    message("Set the environment variable ", name, ".")
    quit(status = 2)
  }
  value
}

service_headers <- list(
${headers.join(',\n')}
)

# Sends a request. Waits and tries again while the other side is busy; any other error status ends the program.
call <- function(method, url, headers, body = NULL) {
  request <- request(url) |>
    req_method(method) |>
    req_headers(!!!headers) |>
    req_timeout(100) |>
    # A redirect would carry the keys to another address.
    req_options(followlocation = FALSE) |>
    req_error(is_error = function(answer) FALSE) |>
    req_retry(max_tries = 6, is_transient = function(answer) resp_status(answer) %in% c(429, 503))
  if (!is.null(body)) request <- req_body_raw(request, body, type = headers[["Content-Type"]])
  answer <- tryCatch(req_perform(request), error = function(problem) {
    message(conditionMessage(problem))
    quit(status = 1)
  })
  if (resp_status(answer) >= 300) fail(answer)
  answer
}

# Says what the service, the gateway or the storage answered, and ends the program.
fail <- function(answer) {
  text <- tryCatch(resp_body_string(answer), error = function(problem) "")
  message("HTTP ", resp_status(answer), " ", resp_status_desc(answer))
  problem <- tryCatch(fromJSON(text, simplifyVector = FALSE)$error, error = function(problem) NULL)
  if (is.list(problem)) {
    message(problem$code, ": ", problem$message)
    for (detail in problem$details) message("  ", detail$code, ": ", detail$message)
  } else {
    message(substr(text, 1, 2000))
  }
  headers <- resp_headers(answer)
  for (name in names(headers)) message("  ", name, ": ", headers[[name]])
  hint <- switch(as.character(resp_status(answer)),
    "401" = "Check the keys in the environment variables.",
    "403" = "The gateway's quota may be used up, or the storage's SAS may have expired.",
    "429" = "Too many calls; try again later.",
    "503" = "The service is busy or starting; try again later."
  )
  if (!is.null(hint)) message(hint)
  quit(status = 1)
}
`;
}

function listOf(items: readonly string[]): string {
  return items.length === 0 ? 'list()' : `list(\n${items.map((item) => `  ${item}`).join(',\n')}\n)`;
}

function pasted(lines: readonly string[], indent: number): string {
  const margin = ' '.repeat(indent);
  const [only = '', second] = lines;
  if (second === undefined) return quoted(only);
  return `paste0(c(\n${lines.map((line) => `${margin}  ${quoted(line)}`).join(',\n')}\n${margin}), collapse = "")`;
}
