import { commentText, linesOf, quoted } from './literals.ts';
import {
  containerVariable,
  variablesOf,
  type BesProgram,
  type ClientProgram,
  type RrsProgram,
} from './program.ts';

/** A program of top-level statements for .NET 6 and later that needs nothing but its own libraries. */
export function csharp(program: ClientProgram): string {
  return program.kind === 'rrs' ? executeProgram(program) : batchProgram(program);
}

function executeProgram(program: RrsProgram): string {
  return `${head(program, 'Scores a request')}
const string url = ${quoted(program.url)};

const string body =
${concatenated(linesOf(program.body), 4)};

${setUp(program)}
return await Run(async () =>
{
    using var answer = await Call(HttpMethod.Post, url, serviceHeaders, Encoding.UTF8.GetBytes(body));
    // The rows are in Results.<output>.value.Values, or with format=swagger in Results.<output>.
    Console.WriteLine(await answer.Content.ReadAsStringAsync());
});

${functions}`;
}

function batchProgram(program: BesProgram): string {
  const inputs = program.inputs.map(
    ({ name, fileName, rows }) =>
      `    [${quoted(name)}] = (${quoted(fileName)},\n${concatenated(rows, 8)}),\n`,
  );
  const outputs = program.outputs.map(
    ({ name, fileName }) => `    [${quoted(name)}] = ${quoted(fileName)},\n`,
  );
  return `${head(program, 'Scores tables as a batch job')}
const string jobsUrl = ${quoted(program.jobsUrl)};
const string query = ${quoted(program.query)};

// By input of the service: the file's name and its rows.
var inputs = new Dictionary<string, (string FileName, string Rows)>
{
${inputs.join('')}};

// By output of the service: the file that it is written to. Outputs that are not named here are downloaded too.
var outputs = new Dictionary<string, string>
{
${outputs.join('')}};

var globalParameters = JsonNode.Parse(
${concatenated(linesOf(program.globalParameters), 4)});

${setUp(program)}
var container = new Uri(Variable(${quoted(containerVariable)}));
var containerPath = container.AbsolutePath.TrimEnd('/');
var split = containerPath.LastIndexOf('/') + 1;
var baseLocation = container.GetLeftPart(UriPartial.Authority) + containerPath[..split];
var folder = $"{containerPath[split..]}/{Guid.NewGuid():N}";

return await Run(async () =>
{
    var sources = new JsonObject();
    foreach (var (name, (fileName, rows)) in inputs)
    {
        var source = Reference(fileName);
        var headers = new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob", ["Content-Type"] = "text/csv" };
        using var uploaded = await Call(HttpMethod.Put, BlobUrl(source), headers, Encoding.UTF8.GetBytes(rows));
        sources[name] = source;
    }
    var targets = new JsonObject();
    foreach (var (name, fileName) in outputs) targets[name] = Reference(fileName);
    var job = new JsonObject { ["GlobalParameters"] = globalParameters };
    if (sources.Count > 0) job["Inputs"] = sources;
    if (targets.Count > 0) job["Outputs"] = targets;

    using var submitted = await Call(HttpMethod.Post, jobsUrl + query, serviceHeaders, Encoding.UTF8.GetBytes(job.ToJsonString()));
    var jobId = (await submitted.Content.ReadAsStringAsync()).Trim().Trim('"');
    Console.Error.WriteLine($"Job {jobId} is submitted.");
    var jobUrl = $"{jobsUrl}/{jobId}";
    using var started = await Call(HttpMethod.Post, $"{jobUrl}/start{query}", serviceHeaders, Array.Empty<byte>());

    var results = (await WaitForEnd(jobUrl))["Results"] as JsonObject ?? new JsonObject();
    foreach (var (name, result) in results)
    {
        var fileName = outputs.TryGetValue(name, out var known) ? known : Regex.Replace(name, "[^A-Za-z0-9_-]+", "_") + ".csv";
        using var downloaded = await Call(HttpMethod.Get, BlobUrl(result!), new Dictionary<string, string>(), null);
        await using var file = File.Create(fileName);
        await downloaded.Content.CopyToAsync(file);
        Console.WriteLine(fileName);
    }
});

JsonObject Reference(string fileName) => new()
{
    ["BaseLocation"] = baseLocation,
    ["RelativeLocation"] = $"{folder}/{fileName}",
    ["SasBlobToken"] = container.Query,
};

string BlobUrl(JsonNode reference)
{
    var token = (string?)reference["SasBlobToken"] ?? container.Query;
    return $"{((string)reference["BaseLocation"]!).TrimEnd('/')}/{((string)reference["RelativeLocation"]!).TrimStart('/')}{token}";
}

// Asks for the job's status until it has ended, at growing intervals.
async Task<JsonNode> WaitForEnd(string jobUrl)
{
    string[] states = { "NotStarted", "Running", "Failed", "Cancelled", "Finished" };
    for (var pause = 1.0; ; pause = Math.Min(pause * 1.5, 30))
    {
        using var answer = await Call(HttpMethod.Get, jobUrl + query, serviceHeaders, null);
        var status = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        var code = status["StatusCode"]?.ToString() ?? "";
        var state = int.TryParse(code, out var number) && number >= 0 && number < states.Length ? states[number] : code;
        Console.Error.WriteLine($"The job is {state}.");
        if (state == "Finished") return status;
        if (state is "Failed" or "Cancelled" or "Canceled") throw new ServiceException($"The job is {state}. {status["Details"]}");
        await Task.Delay(TimeSpan.FromSeconds(pause));
    }
}

${functions}`;
}

function head(program: ClientProgram, does: string): string {
  const variables = variablesOf(program).map(([name, meaning]) => `//   ${name}: ${commentText(meaning)}\n`);
  const usings = [
    'System',
    'System.Collections.Generic',
    ...(program.kind === 'bes' ? ['System.IO'] : []),
    'System.Linq',
    'System.Net.Http',
    'System.Text',
    'System.Text.Json',
    'System.Text.Json.Nodes',
    ...(program.kind === 'bes' ? ['System.Text.RegularExpressions'] : []),
    'System.Threading.Tasks',
  ];
  return `// ${does} with the web service ${commentText(program.service)}. Needs .NET 6 or later and no packages.
${variables.length > 0 ? `// Set before it runs, as environment variables:\n${variables.join('')}` : ''}#nullable enable
${usings.map((name) => `using ${name};\n`).join('')}`;
}

function setUp(program: ClientProgram): string {
  const headers = [
    ...program.headers.map(([name, value]) => `    [${quoted(name)}] = ${quoted(value)},\n`),
    ...program.secrets.map(
      ({ header, prefix, variable }) =>
        `    [${quoted(header)}] = ${prefix === '' ? '' : `${quoted(prefix)} + `}Variable(${quoted(variable)}),\n`,
    ),
  ];
  return `// A redirect would carry the keys to another address.
using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(100) };

var serviceHeaders = new Dictionary<string, string>
{
${headers.join('')}};
`;
}

const functions = `async Task<int> Run(Func<Task> work)
{
    try
    {
        await work();
        return 0;
    }
    catch (Exception error) when (error is ServiceException or HttpRequestException or TaskCanceledException)
    {
        Console.Error.WriteLine(error.Message);
        return 1;
    }
}

static string Variable(string name)
{
    var value = Environment.GetEnvironmentVariable(name)?.Trim();
    if (!string.IsNullOrEmpty(value)) return value;
    Console.Error.WriteLine($"Set the environment variable {name}.");
    Environment.Exit(2);
    return "";
}

// Sends a request. Waits and tries again while the other side is busy; any other error status is thrown.
async Task<HttpResponseMessage> Call(HttpMethod method, string url, IReadOnlyDictionary<string, string> headers, byte[]? content)
{
    for (var attempt = 1; ; attempt++)
    {
        using var request = new HttpRequestMessage(method, url);
        if (content is not null) request.Content = new ByteArrayContent(content);
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        var answer = await client.SendAsync(request);
        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
        {
            if ((int)answer.StatusCode is not (429 or 503) || attempt == 6) throw new ServiceException(await Explain(answer));
            await Task.Delay(PauseBeforeRetry(answer, attempt));
        }
    }
}

// What the service asks for, else longer each time.
static TimeSpan PauseBeforeRetry(HttpResponseMessage answer, int attempt)
{
    var asked = answer.Headers.RetryAfter;
    if (asked?.Delta is { } delta) return delta;
    if (asked?.Date is { } date) return date > DateTimeOffset.UtcNow ? date - DateTimeOffset.UtcNow : TimeSpan.Zero;
    return TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, attempt - 1)) * (0.75 + Random.Shared.NextDouble() / 2));
}

// What the service, the gateway or the storage answered.
static async Task<string> Explain(HttpResponseMessage answer)
{
    var text = await answer.Content.ReadAsStringAsync();
    var lines = new List<string> { $"HTTP {(int)answer.StatusCode} {answer.ReasonPhrase}" };
    JsonNode? problem = null;
    try
    {
        problem = (JsonNode.Parse(text) as JsonObject)?["error"];
    }
    catch (JsonException)
    {
        // Not every answer is JSON; its text is shown then.
    }
    if (problem is JsonObject error)
    {
        lines.Add($"{error["code"]}: {error["message"]}");
        foreach (var detail in error["details"] as JsonArray ?? new JsonArray()) lines.Add($"  {detail?["code"]}: {detail?["message"]}");
    }
    else
    {
        lines.Add(text.Length > 2000 ? text[..2000] : text);
    }
    lines.AddRange(answer.Headers.Select(header => $"  {header.Key}: {string.Join(", ", header.Value)}"));
    var hint = (int)answer.StatusCode switch
    {
        401 => "Check the keys in the environment variables.",
        403 => "The gateway's quota may be used up, or the storage's SAS may have expired.",
        429 => "Too many calls; try again later.",
        503 => "The service is busy or starting; try again later.",
        _ => null,
    };
    if (hint is not null) lines.Add(hint);
    return string.Join(Environment.NewLine, lines);
}

class ServiceException : Exception
{
    public ServiceException(string message) : base(message) { }
}
`;

function concatenated(lines: readonly string[], indent: number): string {
  const margin = ' '.repeat(indent);
  return (lines.length > 0 ? lines : ['']).map((line) => margin + quoted(line)).join(' +\n');
}
