using System.CommandLine;
using System.Text.Json.Nodes;
using Strangler.Cli.Running;
using Strangler.Cli.Talking;

namespace Strangler.Cli.Commands;

/// <summary>Exports what the steps of a module were decided on.</summary>
internal static class EvidenceCommand
{
    public static Command Create()
    {
        var module = new Argument<string>("module") { Description = "The module of the plan." };
        var directory = new Option<string>("--out") { Description = "The directory for the files; made when it is not there.", HelpName = "DIR", Required = true };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace files that are there already." };
        var command = new Command("evidence", """
            Writes two files for each step that the module has made, one JSON and one Markdown: who asked when, under which plan, every condition with what was measured.

            Examples:
              strangler evidence prices --out evidence
              strangler evidence prices --out evidence --overwrite
            """) { module, directory, overwrite };
        command.OnRun(async (parse, io, cancellation) =>
        {
            var name = parse.GetRequiredValue(module);
            using var client = AdminClient.Of(parse);
            var found = await client.GetAsync(AdminClient.Module(name, "evidence"), cancellation);
            var records = found["evidence"]!.AsArray().OfType<JsonObject>().ToArray();
            var target = Path.GetFullPath(parse.GetRequiredValue(directory));
            var files = records.SelectMany((record, i) =>
            {
                var stem = Path.Combine(target, EvidenceFile.NameOf(name, record, i + 1));
                return new[] { (Path: stem + ".json", Text: Json.Write(EvidenceFile.Document(name, record))), (Path: stem + ".md", Text: EvidenceFile.Markdown(name, record)) };
            }).ToArray();
            // All or nothing: half an export would look like a whole one.
            if (!parse.GetValue(overwrite) && files.Select(static f => f.Path).FirstOrDefault(File.Exists) is { } there)
                throw new CommandFailure($"{there} is there already, and nothing was written. Name another directory, or replace what is there with --overwrite.", ExitCode.WrongUse);
            await WriteAsync(target, files, cancellation);
            io.Result(new { module = name, directory = target, files = files.Select(static f => Path.GetFileName(f.Path)) }, () =>
            {
                foreach (var (path, _) in files) io.Line(path);
                if (files.Length == 0) io.Line($"{name} has made no step yet: there is no evidence.");
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WriteAsync(string directory, IEnumerable<(string Path, string Text)> files, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(directory);
            foreach (var (path, text) in files) await File.WriteAllTextAsync(path, text, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The evidence could not be written to {directory}: {error.Message} Name a directory that you may write to.");
        }
    }
}
