using System.Text;
using System.Text.Json;

namespace Strangler.Cli.Up.Control;

/// <summary>Writes the lines of an answer. Whoever asked may have left meanwhile; what it asked for is done all the same.</summary>
internal sealed class AnswerWriter(Stream stream)
{
    private readonly Lock _gate = new();

    public void Write(ControlAnswer answer)
    {
        var line = JsonSerializer.Serialize(answer, ControlJson.Options) + "\n";
        try
        {
            lock (_gate) stream.Write(Encoding.UTF8.GetBytes(line));
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Nobody listens any more.
        }
    }
}
