using System.Globalization;
using System.Text.RegularExpressions;

namespace Strangler.Cli.Rehearse.Load;

/// <summary>Reads what the clients write.</summary>
internal static partial class LoadRecordReader
{
    private const string KeysFix = "Write the first and the last key, for example \"1..200\".";
    private const string PlaceFix = "Write a JSON path to one value, for example \"$.price\".";

    public static LoadRecord? Read(LoadSection record, int clients)
    {
        var name = record.Fields.RequiredText("name", "Name the kind of record, for example \"product\"; messages use the name.");
        var keys = record.Fields.Field("keys") is null ? null : ReadKeys(record, clients);
        var read = record.Target("read");
        var value = ReadPlace(record, "value", required: true);
        var gone = (int)record.Fields.Whole("gone", 100, 599, 404);
        var writes = record.Items("writes", LoadFields.Write).Select(ReadWrite).OfType<LoadWrite>().ToList();
        if (record.Fields.Field("writes") is not { Items.Count: > 0 })
            record.Fields.Add(record.Fields.Field("writes"), "writes", "There is no write.", "Write \"writes\": [ { \"method\": \"PUT\", \"target\": \"/path/{key}\" } ].");
        else if (writes.Count > 0 && !writes.Exists(w => w.Effect == WriteEffect.Creates || w.Effect == WriteEffect.Sets && record.Fields.Field("keys") is not null))
            record.Fields.Add(record.Fields.Field("writes"), "writes", "No write has anything to begin with.", "Add \"keys\", or a write that \"creates\".");
        if (name is null || read is null || value is null) return null;
        return new LoadRecord(name, keys, read, value, gone, record.Headers(), writes, (int)record.Fields.Whole("weight", 1, 1000, 1));
    }

    private static KeyRange? ReadKeys(LoadSection record, int clients)
    {
        if (record.Fields.RequiredText("keys", KeysFix) is not { } text) return null;
        var found = Keys().Match(text);
        if (!found.Success)
        {
            record.Fields.Add(record.Fields.Field("keys"), "keys", $"\"{text}\" is not a range of keys.", KeysFix);
            return null;
        }

        var (first, last) = (Number("first"), Number("last"));
        var range = new KeyRange(first, last);
        if (range.Count >= clients) return range;
        record.Fields.Add(
            record.Fields.Field("keys"), "keys", $"\"{text}\" has fewer keys than there are clients ({clients}).", "Give each client a key of its own: more keys, or fewer clients.");
        return null;

        int Number(string name) => int.Parse(found.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static LoadWrite? ReadWrite(LoadSection write)
    {
        var method = write.Method("PUT");
        var target = write.Target("target");
        var (creates, leaves) = (ReadPlace(write, "creates", required: false), ReadPlace(write, "leaves", required: false));
        var removes = write.Fields.Flag("removes");
        if (new[] { creates is not null, leaves is not null, removes }.Count(static said => said) > 1)
            write.Fields.Add(null, "creates", "Of \"creates\", \"leaves\" and \"removes\" a write has at most one.", "Keep the one that says what the write does.");
        var effect = removes ? WriteEffect.Removes : creates is not null ? WriteEffect.Creates : WriteEffect.Sets;
        var status = write.Status(200);
        var body = write.Body();
        var weight = (int)write.Fields.Whole("weight", 1, 1000, 1);
        return target is null ? null : new LoadWrite(method, target, status, body, effect, creates ?? leaves, weight);
    }

    private static JsonPlace? ReadPlace(LoadSection section, string field, bool required)
    {
        if (!required && section.Fields.Field(field) is null) return null;
        if (section.Fields.RequiredText(field, PlaceFix) is not { } text) return null;
        var place = JsonPlace.Parse(text);
        if (place is null) section.Fields.Add(section.Fields.Field(field), field, $"\"{text}\" is not the path to one value.", PlaceFix);
        return place;
    }

    [GeneratedRegex(@"^(?<first>\d{1,9})\.\.(?<last>\d{1,9})$", RegexOptions.ExplicitCapture)]
    private static partial Regex Keys();
}
