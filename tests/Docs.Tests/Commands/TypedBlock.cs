using System.Text;

namespace Docs.Tests.Commands;

/// <summary>A block that was typed in a terminal, and what was seen of it so far.</summary>
internal sealed class TypedBlock(TypeStep step)
{
    private readonly StringBuilder _output = new();
    private BlockEnd? _end;

    public TypeStep Step => step;

    /// <summary>Set when Ctrl-C was pressed, which may end a command with 130.</summary>
    public bool WasInterrupted { get; set; }

    /// <summary>How the block ended; null while it runs.</summary>
    public BlockEnd? End
    {
        get
        {
            lock (_output)
            {
                return _end;
            }
        }
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public void Append(ReadOnlySpan<char> text)
    {
        lock (_output)
        {
            _output.Append(text);
        }
    }

    public void EndWith(BlockEnd end)
    {
        lock (_output)
        {
            _end ??= end;
        }
    }
}

/// <summary>The exit code, 0 if every command had 0, and the line in the block of the command that failed.</summary>
internal sealed record BlockEnd(int ExitCode, int Line);
