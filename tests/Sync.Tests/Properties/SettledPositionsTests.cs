using FsCheck.Fluent;
using Sync.Databases;
using Sync.Outbox;
using TestKit;

namespace Sync.Tests.Properties;

/// <summary>Writers that run side by side, and readers of the settled position that are interrupted between any two of their questions.</summary>
[TestClass]
public sealed class SettledPositionsTests
{
    private const int Readers = 2;

    [TestMethod]
    public void Settled_AnyInterleaving_NeverCountsOverAWriterUnderWay_AndComesToTheEnd() => RandomCases.Check(2_000, Arb.From(
        Gen.ArrayOf(Gen.Choose(0, 11), 60), static moves => RandomCases.Smaller(moves, static _ => [])), static moves =>
    {
        var world = new World();
        foreach (var move in moves) world.Move(move);
        world.End();
    });

    /// <summary>A database as PostgreSQL: numbers for transactions and positions, and a lock that writers share.</summary>
    private sealed class World
    {
        private readonly SettledPositions.Watermark _watermark = new();
        private readonly Dictionary<long, List<long>> _writers = [];
        private readonly Question[] _readers = [new(), new()];
        private long _transactions;
        private long _position;
        private long _settled;

        public void Move(int move)
        {
            switch (move)
            {
                // Whoever looks at a free lock holds it until the answer is complete.
                case 0 or 1 when !_readers.Any(static reader => reader.Free): _writers.Add(++_transactions, []); break;
                case 2 or 3 or 4 when _writers.Count > 0: _writers.ElementAt(move % _writers.Count).Value.Add(++_position); break;
                case 5 or 6 when _writers.Count > 0: _writers.Remove(_writers.ElementAt(move % _writers.Count).Key); break;
                case >= 7: Ask(_readers[move % Readers]); break;
            }
        }

        public void End()
        {
            _writers.Clear();
            for (var questions = 0; questions < 20; questions++) Ask(_readers[0]);
            Assert.AreEqual(_position, _settled, "Everybody has ended, so everything is settled");
        }

        private void Ask(Question reader)
        {
            switch (reader.Asked++)
            {
                case 0: (reader.Marks, reader.Free) = (!_watermark.HasMark, _writers.Count == 0 && !_readers.Any(static other => other.Free)); break;
                case 1: reader.Position = _position; break;
                case 2: reader.Oldest = _writers.Keys.Append(_transactions + 1).Min(); break;
                case 3: reader.Mark = !reader.Free && reader.Marks ? ++_transactions : null; break;
                default:
                    var settled = _watermark.Take(new PositionReading(reader.Position, reader.Free, reader.Oldest, reader.Mark));
                    (reader.Asked, reader.Free) = (0, false);
                    Assert.IsGreaterThanOrEqualTo(_settled, settled);
                    Assert.IsFalse(_writers.Values.Any(positions => positions.Exists(position => position <= settled)), $"{settled} is settled, and somebody still writes at or below it");
                    _settled = settled;
                    break;
            }
        }
    }

    private sealed class Question
    {
        public int Asked { get; set; }

        public bool Marks { get; set; }

        public bool Free { get; set; }

        public long Position { get; set; }

        public long Oldest { get; set; }

        public long? Mark { get; set; }
    }
}
