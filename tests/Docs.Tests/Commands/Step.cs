using Docs.Tests.Pages;
using TestKit.Processes;

namespace Docs.Tests.Commands;

/// <summary>One thing that a page has its reader do.</summary>
internal abstract record Step(string Place);

/// <summary>Type a block. Without a number the terminal is the first one, and the next step waits for the block's end.</summary>
internal sealed record TypeStep(CodeBlock Block, int? Terminal, int ExitCode, ExpectedOutput? Expected) : Step(Block.Place);

/// <summary>Send a signal to what runs in a terminal, and wait until it has ended.</summary>
internal sealed record PressStep(string Place, int Terminal, ProcessSignal Signal, ExpectedOutput? Expected) : Step(Place);

/// <summary>A block that is only shown.</summary>
internal sealed record SkippedStep(CodeBlock Block, string Reason) : Step(Block.Place);
