using System.Globalization;
using System.Text.RegularExpressions;
using Docs.Tests.Pages;
using TestKit.Processes;

namespace Docs.Tests.Commands;

/// <summary>The steps of some pages, and what is wrong with how they are written.</summary>
internal sealed partial class Script
{
    private readonly List<Step> _steps = [];
    private readonly List<string> _errors = [];

    private Script(IEnumerable<Page> pages)
    {
        foreach (var page in pages)
        {
            Read(page);
        }
    }

    public IReadOnlyList<Step> Steps => _steps;

    public IReadOnlyList<string> Errors => _errors;

    public static Script Of(params IEnumerable<Page> pages) => new(pages);

    private void Read(Page page)
    {
        var first = _steps.Count;
        foreach (var item in page.Items)
        {
            if (item.Direction is { } direction)
            {
                ReadAlone(page, direction);
            }
            else if (item.Block is { Language: "sh" } command)
            {
                ReadCommand(command);
            }
            else if (item.Block is { Language: "text" } expected)
            {
                ReadExpected(expected, _steps.Skip(first).LastOrDefault());
            }
        }
    }

    private void ReadCommand(CodeBlock block)
    {
        if (block.Find("not run") is { } reason)
        {
            Require(reason.Length > 0, block.Place, "a block that is not run needs a reason: <!-- not run: REASON -->.");
            _steps.Add(new SkippedStep(block, reason));
            return;
        }

        var exit = ReadNumber(block, "exit");
        Require(exit is null || CommandsIn(block) == 1, block.Place, "a block with an exit code has a single command.");
        _steps.Add(new TypeStep(block, ReadNumber(block, "terminal"), exit ?? 0, null));
    }

    private void ReadExpected(CodeBlock block, Step? before)
    {
        switch (before)
        {
            case TypeStep { Expected: null } typed:
                _steps[^1] = typed with { Expected = ExpectedOutput.Of(block, typed.Block, _errors) };
                break;
            case PressStep { Expected: null } press:
                _steps[^1] = press with { Expected = ExpectedOutput.Of(block, null, _errors) };
                break;
            case SkippedStep:
                break;
            default:
                _errors.Add($"{block.Place}: no command belongs to this output. A drawing is a block without a language.");
                break;
        }
    }

    private void ReadAlone(Page page, Direction direction)
    {
        var place = $"{page.Path}:{direction.Line}";
        var press = Press().Match(direction.Value);
        if (direction.Name != "press" || !press.Success)
        {
            _errors.Add($"{place}: {direction} stands above no block. Alone stands <!-- press: Ctrl-C in terminal N -->.");
            return;
        }

        var terminal = int.Parse(press.Groups["terminal"].Value, CultureInfo.InvariantCulture);
        _steps.Add(new PressStep(place, terminal, ProcessSignal.Interrupt, null));
    }

    private int? ReadNumber(CodeBlock block, string direction)
    {
        if (block.Find(direction) is not { } value)
        {
            return null;
        }

        var isNumber = int.TryParse(value, CultureInfo.InvariantCulture, out var number);
        Require(isNumber, block.Place, $"'{direction}' is followed by a number, not by '{value}'.");
        return number;
    }

    private void Require(bool condition, string place, string message)
    {
        if (!condition)
        {
            _errors.Add($"{place}: {message}");
        }
    }

    private static int CommandsIn(CodeBlock block) =>
        Continued()
            .Replace(block.Text, " ")
            .Split('\n')
            .Count(line => line.Trim().Length > 0 && !line.TrimStart().StartsWith('#'));

    [GeneratedRegex("^Ctrl-C in terminal (?<terminal>[0-9]+)$")]
    private static partial Regex Press();

    [GeneratedRegex(@"\\\n")]
    private static partial Regex Continued();
}
