import { commentText, linesOf, quoted } from './literals.ts';
import {
  containerVariable,
  variablesOf,
  type BesProgram,
  type ClientProgram,
  type RrsProgram,
} from './program.ts';

/**
 * A program in as much of C# as .NET, .NET Framework and Mono compile alike; it needs nothing but their own libraries.
 */
export function csharp(program: ClientProgram): string {
  return program.kind === 'rrs' ? executeProgram(program) : batchProgram(program);
}

function executeProgram(program: RrsProgram): string {
  return `${head(program, 'Scores a request')}
static class Program
{
    const string Url = ${quoted(program.url)};

    const string Body =
${concatenated(linesOf(program.body), 8)};

${serviceHeaders(program)}
    static async Task Score()
    {
        using (var answer = await Call(HttpMethod.Post, Url, ServiceHeaders(), Encoding.UTF8.GetBytes(Body)))
        {
            // The rows are in Results.<output>.value.Values, or with format=swagger in Results.<output>.
            Console.WriteLine(await answer.Content.ReadAsStringAsync());
        }
    }

${common}}
${exception}`;
}

function batchProgram(program: BesProgram): string {
  const inputs = program.inputs.map(
    ({ name, fileName, rows }) =>
      `        new Input { Name = ${quoted(name)}, FileName = ${quoted(fileName)}, Rows =\n${concatenated(rows, 12)} },\n`,
  );
  const outputs = program.outputs.map(
    ({ name, fileName }) => `        { ${quoted(name)}, ${quoted(fileName)} },\n`,
  );
  return `${head(program, 'Scores tables as a batch job')}
static class Program
{
    const string JobsUrl = ${quoted(program.jobsUrl)};
    const string Query = ${quoted(program.query)};

    // The inputs of the service, each with its file's name and its rows.
    static readonly Input[] inputs =
    {
${inputs.join('')}    };

    // By output of the service: the file that it is written to. Outputs that are not named here are downloaded too.
    static readonly Dictionary<string, string> outputs = new Dictionary<string, string>
    {
${outputs.join('')}    };

    // A JSON object, which is sent as it is.
    const string GlobalParameters =
${concatenated(linesOf(program.globalParameters), 8)};

${serviceHeaders(program)}
    static async Task Score()
    {
        var headers = ServiceHeaders();
        var container = new Uri(Variable(${quoted(containerVariable)}));
        var path = container.AbsolutePath.TrimEnd('/');
        var split = path.LastIndexOf('/') + 1;
        var baseLocation = container.GetLeftPart(UriPartial.Authority) + path.Substring(0, split);
        var folder = path.Substring(split) + "/" + Guid.NewGuid().ToString("N");

        Func<string, string, string, string> blobUrl = (baseUrl, location, token) =>
            baseUrl.TrimEnd('/') + "/" + location.TrimStart('/') + (token ?? container.Query);
        Func<Dictionary<string, string>, string> references = files =>
            "{" + string.Join(",", files.Select(file => Json(file.Key) + ":{\\"BaseLocation\\":" + Json(baseLocation)
                + ",\\"RelativeLocation\\":" + Json(folder + "/" + file.Value)
                + ",\\"SasBlobToken\\":" + Json(container.Query) + "}")) + "}";

        foreach (var input in inputs)
        {
            var url = blobUrl(baseLocation, folder + "/" + input.FileName, null);
            var blobHeaders = new Dictionary<string, string> { { "x-ms-blob-type", "BlockBlob" }, { "Content-Type", "text/csv" } };
            (await Call(HttpMethod.Put, url, blobHeaders, Encoding.UTF8.GetBytes(input.Rows))).Dispose();
        }
        var members = new List<string> { "\\"GlobalParameters\\":" + GlobalParameters };
        if (inputs.Length > 0) members.Add("\\"Inputs\\":" + references(inputs.ToDictionary(input => input.Name, input => input.FileName)));
        if (outputs.Count > 0) members.Add("\\"Outputs\\":" + references(outputs));
        var job = "{" + string.Join(",", members) + "}";

        string jobId;
        using (var submitted = await Call(HttpMethod.Post, JobsUrl + Query, headers, Encoding.UTF8.GetBytes(job)))
        {
            jobId = (await submitted.Content.ReadAsStringAsync()).Trim().Trim('"');
        }
        Console.Error.WriteLine("Job " + jobId + " is submitted.");
        var jobUrl = JobsUrl + "/" + jobId;
        (await Call(HttpMethod.Post, jobUrl + "/start" + Query, headers, new byte[0])).Dispose();

        var status = await WaitForEnd(jobUrl, headers);
        foreach (var result in Members(status, "Results"))
        {
            var name = NameOf(result);
            string fileName;
            if (!outputs.TryGetValue(name, out fileName)) fileName = Regex.Replace(name, "[^A-Za-z0-9_-]+", "_") + ".csv";
            var url = blobUrl(Text(result, "BaseLocation"), Text(result, "RelativeLocation"), Text(result, "SasBlobToken"));
            using (var downloaded = await Call(HttpMethod.Get, url, new Dictionary<string, string>(), null))
            using (var file = File.Create(fileName))
            {
                await downloaded.Content.CopyToAsync(file);
            }
            Console.WriteLine(fileName);
        }
    }

    // Asks for the job's status until it has ended, at growing intervals.
    static async Task<XElement> WaitForEnd(string jobUrl, Dictionary<string, string> headers)
    {
        string[] states = { "NotStarted", "Running", "Failed", "Cancelled", "Finished" };
        for (var pause = 1.0; ; pause = Math.Min(pause * 1.5, 30))
        {
            XElement status;
            using (var answer = await Call(HttpMethod.Get, jobUrl + Query, headers, null))
            {
                status = ParseJson(await answer.Content.ReadAsStringAsync());
            }
            var code = Text(status, "StatusCode") ?? "";
            int number;
            var state = int.TryParse(code, out number) && number >= 0 && number < states.Length ? states[number] : code;
            Console.Error.WriteLine("The job is " + state + ".");
            if (state == "Finished") return status;
            if (state == "Failed" || state == "Cancelled" || state == "Canceled")
            {
                throw new ServiceException("The job is " + state + ". " + Text(status, "Details"));
            }
            await Task.Delay(TimeSpan.FromSeconds(pause));
        }
    }

    // A JSON text in quotes.
    static string Json(string text)
    {
        using (var stream = new MemoryStream())
        {
            new DataContractJsonSerializer(typeof(string)).WriteObject(stream, text);
            return Encoding.UTF8.GetString(stream.ToArray());
        }
    }

${common}}
${exception}
class Input
{
    public string Name, FileName, Rows;
}
`;
}

function head(program: ClientProgram, does: string): string {
  const variables = variablesOf(program).map(([name, meaning]) => `//   ${name}: ${commentText(meaning)}\n`);
  const isBatch = program.kind === 'bes';
  const usings = [
    'System',
    'System.Collections.Generic',
    ...(isBatch ? ['System.IO'] : []),
    'System.Linq',
    'System.Net.Http',
    'System.Runtime.Serialization.Json',
    'System.Text',
    ...(isBatch ? ['System.Text.RegularExpressions'] : []),
    'System.Threading.Tasks',
    'System.Xml',
    'System.Xml.Linq',
  ];
  return `// ${does} with the web service ${commentText(program.service)}.
// Needs no packages: .NET 6 or later, or .NET Framework 4.7.2 with references to System.Net.Http,
// System.Runtime.Serialization, System.Xml and System.Xml.Linq.
${variables.length > 0 ? `// Set before it runs, as environment variables:\n${variables.join('')}` : ''}${usings.map((name) => `using ${name};\n`).join('')}`;
}

function serviceHeaders(program: ClientProgram): string {
  const headers = [
    ...program.headers.map(([name, value]) => `        { ${quoted(name)}, ${quoted(value)} },\n`),
    ...program.secrets.map(
      ({ header, prefix, variable }) =>
        `        { ${quoted(header)}, ${prefix === '' ? '' : `${quoted(prefix)} + `}Variable(${quoted(variable)}) },\n`,
    ),
  ];
  return `    static Dictionary<string, string> ServiceHeaders() => new Dictionary<string, string>
    {
${headers.join('')}    };
`;
}

const common = `    static int Main() => Run().GetAwaiter().GetResult();

    static async Task<int> Run()
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        try
        {
            await Score();
            return 0;
        }
        catch (Exception error) when (error is ServiceException || error is HttpRequestException || error is TaskCanceledException)
        {
            Console.Error.WriteLine(error.GetBaseException().Message);
            return 1;
        }
    }

    static string Variable(string name)
    {
        var value = Environment.GetEnvironmentVariable(name)?.Trim();
        if (!string.IsNullOrEmpty(value)) return value;
        Console.Error.WriteLine("Set the environment variable " + name + ".");
        Environment.Exit(2);
        return "";
    }

    // A redirect would carry the keys to another address.
    static readonly HttpClient client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(100),
    };

    // Sends a request. Waits and tries again while the other side is busy; any other error status is thrown.
    static async Task<HttpResponseMessage> Call(HttpMethod method, string url, Dictionary<string, string> headers, byte[] content)
    {
        for (var attempt = 1; ; attempt++)
        {
            var request = new HttpRequestMessage(method, url);
            if (content != null) request.Content = new ByteArrayContent(content);
            foreach (var header in headers)
            {
                if (request.Headers.TryAddWithoutValidation(header.Key, header.Value)) continue;
                request.Content?.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
            var answer = await client.SendAsync(request);
            if (answer.IsSuccessStatusCode) return answer;
            using (answer)
            {
                var isBusy = (int)answer.StatusCode == 429 || (int)answer.StatusCode == 503;
                if (!isBusy || attempt == 6) throw new ServiceException(await Explain(answer));
                await Task.Delay(PauseBeforeRetry(answer, attempt));
            }
        }
    }

    static readonly Random random = new Random();

    // What the service asks for, else longer each time.
    static TimeSpan PauseBeforeRetry(HttpResponseMessage answer, int attempt)
    {
        var asked = answer.Headers.RetryAfter;
        if (asked?.Delta is TimeSpan delta) return delta;
        if (asked?.Date is DateTimeOffset date) return date > DateTimeOffset.UtcNow ? date - DateTimeOffset.UtcNow : TimeSpan.Zero;
        return TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, attempt - 1)) * (0.75 + random.NextDouble() / 2));
    }

    // What the service, the gateway or the storage answered.
    static async Task<string> Explain(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        var text = await answer.Content.ReadAsStringAsync();
        var lines = new List<string> { "HTTP " + status + " " + answer.ReasonPhrase };
        XElement error = null;
        try
        {
            error = Member(ParseJson(text), "error");
        }
        catch (Exception problem) when (problem is XmlException || problem is InvalidOperationException)
        {
            // Not every answer is JSON; its text is shown then.
        }
        if (error != null)
        {
            lines.Add(Text(error, "code") + ": " + Text(error, "message"));
            lines.AddRange(Members(error, "details").Select(detail => "  " + Text(detail, "code") + ": " + Text(detail, "message")));
        }
        else
        {
            lines.Add(text.Length > 2000 ? text.Substring(0, 2000) : text);
        }
        lines.AddRange(answer.Headers.Select(header => "  " + header.Key + ": " + string.Join(", ", header.Value)));
        string hint;
        if (hints.TryGetValue(status, out hint)) lines.Add(hint);
        return string.Join(Environment.NewLine, lines);
    }

    static readonly Dictionary<int, string> hints = new Dictionary<int, string>
    {
        { 401, "Check the keys in the environment variables." },
        { 403, "The gateway's quota may be used up, or the storage's SAS may have expired." },
        { 429, "Too many calls; try again later." },
        { 503, "The service is busy or starting; try again later." },
    };

    // JSON as a tree of elements: the members of an object and the items of an array are its children.
    static XElement ParseJson(string text)
    {
        using (var reader = JsonReaderWriterFactory.CreateJsonReader(Encoding.UTF8.GetBytes(text), XmlDictionaryReaderQuotas.Max))
        {
            return XElement.Load(reader);
        }
    }

    // A name that an element cannot have is in its attribute "item".
    static string NameOf(XElement member) => (string)member.Attribute("item") ?? member.Name.LocalName;

    static XElement Member(XElement value, string name) => value?.Elements().FirstOrDefault(member => NameOf(member) == name);

    static IEnumerable<XElement> Members(XElement value, string name) => Member(value, name)?.Elements() ?? Enumerable.Empty<XElement>();

    // Null where there is no such member, or where it is null.
    static string Text(XElement value, string name)
    {
        var member = Member(value, name);
        return (string)member?.Attribute("type") == "null" ? null : (string)member;
    }
`;

const exception = `
class ServiceException : Exception
{
    public ServiceException(string message) : base(message) { }
}
`;

function concatenated(lines: readonly string[], indent: number): string {
  const margin = ' '.repeat(indent);
  return (lines.length > 0 ? lines : ['']).map((line) => margin + quoted(line)).join(' +\n');
}
