using System.Globalization;
using System.Text;

namespace Sync.Tests.Model;

/// <summary>What is wrong with a message, if anything.</summary>
internal enum Flaw
{
    None,
    UnknownType,
    UnknownEntity,
    ForgedKey,
    Unreadable,
}

/// <summary>
/// A message of the model. Its version decides what it says, as in life: whatever is sent twice under one version is the same. Shelves have the keys 1 to 3 and may stand in
/// one with a lower key, which has no circles; items have the keys 5 to 8 and one of three codes.
/// </summary>
internal sealed record Change(bool OfShelf, int Id, long Epoch, long Position, Flaw Flaw = Flaw.None)
{
    private static readonly string[] Codes = ["a", "b", "c"];

    public (string Entity, int Id) Key => (OfShelf ? "shelf" : "item", Id);

    public (long Epoch, long Position) Version => (Epoch, Position);

    /// <summary>The row, or null for a removal.</summary>
    public ModelRow? Row => Dice % 4 == 0 ? null
        : OfShelf ? new ModelRow($"s{Dice % 5}", Dice / 8 % 3 == 0 || Id == 1 ? null : 1 + (Dice / 32 % (Id - 1)))
        : new ModelRow(Codes[Dice / 4 % 3], 1 + (Dice / 16 % 3));

    private int Dice => (int)(Mix((ulong)((Id * 1_000_000) + (Epoch * 1_000) + Position)) & 0xFFFF);

    public SyncMessage ToMessage()
    {
        var entity = Flaw == Flaw.UnknownEntity ? "nothing" : Key.Entity;
        var type = $"sample.{Key.Entity}-{(Row is null ? "removed" : "changed")}/{(Flaw == Flaw.UnknownType ? 9 : 1)}";
        var id = Flaw == Flaw.ForgedKey ? Id + 100 : Id;
        var payload = Row switch
        {
            null => $$"""{"id":{{id}}}""",
            { } row when OfShelf => $$"""{"id":{{id}},"name":"{{row.Text}}","row":1,"withinId":{{row.Parent?.ToString(CultureInfo.InvariantCulture) ?? "null"}}}""",
            { } row => $$"""{"id":{{id}},"code":"{{row.Text}}","shelfId":{{row.Parent}},"price":1}""",
        };
        return new SyncMessage("sample", entity, $"{Id}", type, Epoch, Position, null, Encoding.UTF8.GetBytes(Flaw == Flaw.Unreadable ? "{}x" : payload));
    }

    /// <summary>True when nothing of it can be understood. A removal says no more than its key.</summary>
    public bool IsRefused => Epoch < 1 || Flaw is Flaw.UnknownType or Flaw.UnknownEntity || (Row is not null && Flaw is Flaw.ForgedKey or Flaw.Unreadable);

    public override string ToString() => $"{Key.Entity} {Id} ({Epoch},{Position}) {Row?.ToString() ?? "removed"}{(Flaw == Flaw.None ? "" : $" {Flaw}")}";

    private static ulong Mix(ulong value)
    {
        value = (value + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}

/// <summary>What the model knows of a row.</summary>
/// <param name="Text">A shelf's name, an item's code.</param>
/// <param name="Parent">The shelf within which a shelf stands, or on which an item lies.</param>
internal sealed record ModelRow(string Text, int? Parent)
{
    public override string ToString() => $"{Text}{(Parent is null ? "" : $" in {Parent}")}";
}
