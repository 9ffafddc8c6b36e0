using System.CommandLine;
using Strangler.Stages;

namespace Strangler.Cli.Commands;

/// <summary>An option that takes the name of a stage.</summary>
internal static class StageOption
{
    public static Option<string?> Create(string name, string description)
    {
        var option = new Option<string?>(name) { Description = $"{description} One of {string.Join(", ", Enum.GetNames<Stage>())}.", HelpName = "STAGE" };
        option.CompletionSources.Add(Enum.GetNames<Stage>());
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } given && !Enum.GetNames<Stage>().Contains(given, StringComparer.OrdinalIgnoreCase))
                result.AddError($"There is no stage '{given}'. The stages are {string.Join(", ", Enum.GetNames<Stage>())}.");
        });
        return option;
    }
}
