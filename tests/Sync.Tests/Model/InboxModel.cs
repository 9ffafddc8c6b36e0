namespace Sync.Tests.Model;

/// <summary>The answer to a command: the outcomes of a delivery, or whether a step was done.</summary>
internal sealed record Answer(bool Done, IReadOnlyList<SyncOutcome> Outcomes)
{
    public static Answer Of(bool done) => new(done, []);

    public override string ToString() => Outcomes.Count > 0 ? string.Join(' ', Outcomes) : Done ? "done" : "refused";
}

/// <summary>The side does what the model does not allow.</summary>
internal sealed class ModelException(string message) : Exception(message);

/// <summary>The rules of the inbox and of ownership, small enough to be seen to be right: from a state, a command and its answer to the next state.</summary>
internal static class InboxModel
{
    public static readonly int RetentionDays = 7;

    public static ModelState Next(ModelState state, Command command, Answer answer) => command switch
    {
        Deliver deliver => Delivered(state, deliver.Changes, answer.Outcomes, alone: true, [state]),
        Restart => state,
        Sweep sweep => Swept(state with { Day = state.Day + sweep.Days }),
        Write write => Expect(answer, state.State == OwnerState.Owner && Written(state, write) is { } written && written.Broken() is null) ? Written(state, write)! : state,
        Fence fence => Expect(answer, state.State is OwnerState.Owner or OwnerState.Fenced && state.Epoch == fence.Epoch && state.Capture) ? state with { State = OwnerState.Fenced } : state,
        Open open => Opened(state, open, answer),
        Follow follow => Followed(state, follow, answer),
        Capture capture => Expect(answer, state.State == OwnerState.Owner && Fits(state, capture.Expected) && !(capture.At < state.Epoch))
            ? state with { Capture = capture.Enabled, Epoch = capture.At ?? state.Epoch, Floor = capture.At ?? state.Floor }
            : state,
        Retire retire => Retired(state, retire, answer),
        _ => throw new ArgumentException($"{command} is none of the model's.", nameof(command)),
    };

    /// <summary>Two at once: as if one had come after the other, in whichever order explains what was seen.</summary>
    public static ModelState Next(ModelState state, Both both, Answer one, Answer other, string seen)
    {
        var errors = new List<string>();
        foreach (var (first, itsAnswer, second, nextAnswer) in new[] { (both.One, one, both.Other, other), (both.Other, other, both.One, one) })
        {
            try
            {
                var between = NextOfTwo(state, first, itsAnswer, [state]);
                var after = NextOfTwo(between, second, nextAnswer, [state, between]);
                // What the first was refused for, the second may have been about to do or to undo.
                NextOfTwo(state, first, itsAnswer, [state, after]);
                if (after.Dump() == seen) return after;
                errors.Add($"{first} before the other would leave:\n{after.Dump()}");
            }
            catch (ModelException error)
            {
                errors.Add($"{first} before the other: {error.Message}");
            }
        }

        throw new ModelException($"No order explains the answers {one} and {other} and what is there now:\n{seen}\n{string.Join('\n', errors)}");
    }

    private static ModelState NextOfTwo(ModelState state, Command command, Answer answer, IReadOnlyList<ModelState> around) =>
        command is Deliver deliver ? Delivered(state, deliver.Changes, answer.Outcomes, alone: false, around) : Next(state, command, answer);

    private static ModelState Delivered(ModelState state, IReadOnlyList<Change> changes, IReadOnlyList<SyncOutcome> outcomes, bool alone, IReadOnlyList<ModelState> around)
    {
        var (rows, wanted, versions) = (state.Rows.ToDictionary(), state.Rows.ToDictionary(), state.Versions.ToDictionary());
        var admitted = new List<int>();
        for (var index = 0; index < changes.Count; index++)
        {
            if (Judge(state, changes[index]) is not { } judged) admitted.Add(index);
            else if (outcomes[index] != judged) throw new ModelException($"{changes[index]} was {outcomes[index]}, and should be {judged}.");
        }

        var refused = new List<Change>();
        foreach (var key in admitted.GroupBy(index => changes[index].Key))
        {
            var known = versions.TryGetValue(key.Key, out var version) ? (version.Epoch, version.Position) : (0L, -1L);
            var newest = changes[key.MaxBy(index => changes[index].Version)];
            if (newest.Version.CompareTo(known) > 0) Put(wanted, newest);
            // What is refused is as if it had not been sent: the newest of the others counts.
            refused.AddRange(key.Where(index => outcomes[index] == SyncOutcome.Rejected).Select(index => changes[index]));
            var taken = key.Where(index => outcomes[index] != SyncOutcome.Rejected).ToArray();
            if (taken.Length == 0) continue;
            var effective = changes[taken.MaxBy(index => changes[index].Version)];
            var expected = effective.Version.CompareTo(known) switch { > 0 => SyncOutcome.Applied, 0 => SyncOutcome.Duplicate, _ => SyncOutcome.Stale };
            foreach (var index in key)
            {
                var below = changes[index].Version.CompareTo(effective.Version) < 0 || (key.Count() > 1 && changes[index].Version == effective.Version);
                if (below && outcomes[index] == SyncOutcome.Rejected) throw new ModelException($"{changes[index]} was refused although the newer {effective} was not.");
                if (!below && outcomes[index] != SyncOutcome.Rejected && outcomes[index] != expected) throw new ModelException($"{changes[index]} was {outcomes[index]}, and should be {expected}; known was {known}.");
            }

            if (refused.Exists(change => change.Key == key.Key && change.Version.CompareTo(known) <= 0)) throw new ModelException($"A change of {key.Key} that is not new was refused.");
            if (expected != SyncOutcome.Applied) continue;
            Put(rows, effective);
            versions[key.Key] = (effective.Epoch, effective.Position, effective.Row is null ? state.Day : null);
        }

        var highest = admitted.Select(index => changes[index].Epoch).Append(state.Epoch).Max();
        var next = state with { Rows = rows, Versions = versions };
        // A side that was never told to follow has no part in the epochs, whatever it is sent.
        if (highest > state.Epoch && state.HasBegun) next = next with { Epoch = highest, State = OwnerState.Follower, Capture = false };
        if (next.Broken() is { } broken) throw new ModelException($"It took what cannot be: {broken}.");
        if (alone && refused.Count > 0 && (state with { Rows = wanted }).Broken() is null) throw new ModelException($"All could have been applied together, but {refused[0]} was refused.");
        foreach (var change in refused)
        {
            if (!around.Append(next).Any(some => IsInTheWay(some, change))) throw new ModelException($"{change} was refused, and nothing is in its way.");
        }

        return next;
    }

    /// <summary>What is clear before anything is looked up by key; null when the key's version decides.</summary>
    private static SyncOutcome? Judge(ModelState state, Change change) =>
        state.State == OwnerState.Retired || change.Epoch <= state.Floor ? SyncOutcome.Stale
        : change.IsRefused || state.State == OwnerState.Owner ? SyncOutcome.Rejected
        : null;

    private static bool IsInTheWay(ModelState state, Change change) => change switch
    {
        { Row: null, OfShelf: true } => state.Rows.Values.Any(row => row.Parent == change.Id),
        { Row: null } => false,
        { Row: { Parent: { } parent } } when !state.Rows.ContainsKey(("shelf", parent)) => true,
        { OfShelf: false, Row: { } row } => state.Rows.Any(other => other.Key.Entity == "item" && other.Key.Id != change.Id && other.Value.Text == row.Text),
        _ => false,
    };

    private static ModelState Opened(ModelState state, Open open, Answer answer)
    {
        if (state.State == OwnerState.Owner && state.Epoch == open.Epoch) return Expect(answer, true) ? state : state;
        return Expect(answer, state.HasBegun && state.State is OwnerState.Follower or OwnerState.Fenced && open.Epoch > state.Epoch)
            ? state with { State = OwnerState.Owner, Epoch = open.Epoch, Floor = open.Epoch, Capture = open.Capture }
            : state;
    }

    private static ModelState Followed(ModelState state, Follow follow, Answer answer)
    {
        var fits = Fits(state, follow.Expected) && (state.State == OwnerState.Follower ? follow.Epoch >= state.Epoch : state.State == OwnerState.Fenced && follow.Epoch > state.Epoch);
        if (!Expect(answer, fits) || (!follow.Reset && !state.HasBegun)) return state;
        var next = state with { State = OwnerState.Follower, Epoch = follow.Epoch, Capture = false };
        return follow.Reset ? next with { Floor = Math.Max(state.Floor, follow.Epoch - 1), Versions = ModelState.Initial.Versions } : next;
    }

    private static ModelState Retired(ModelState state, Retire retire, Answer answer)
    {
        var retired = state.State == OwnerState.Retired;
        if (!Expect(answer, retired || (state.State != OwnerState.Owner && retire.Epoch >= state.Epoch)) || retired) return state;
        return state with { State = OwnerState.Retired, Epoch = retire.Epoch, Capture = false };
    }

    /// <summary>A tombstone lives for the whole retention; nothing else is ever swept.</summary>
    private static ModelState Swept(ModelState state) =>
        state with { Versions = state.Versions.Where(version => version.Value.Removed is not { } removed || state.Day - removed <= RetentionDays).ToDictionary() };

    private static ModelState? Written(ModelState state, Write write)
    {
        if (!state.Rows.TryGetValue(("item", write.Id), out var row)) return null;
        var rows = state.Rows.ToDictionary();
        rows[("item", write.Id)] = row with { Text = write.Code };
        return state with { Rows = rows };
    }

    private static void Put(Dictionary<(string, int), ModelRow> rows, Change change)
    {
        if (change.Row is { } row) rows[change.Key] = row;
        else rows.Remove(change.Key);
    }

    private static bool Fits(ModelState state, long? expected) => expected is null || expected == state.Epoch;

    private static bool Expect(Answer answer, bool done) => answer.Done == done ? done : throw new ModelException($"It was {answer}, and should be {(done ? "done" : "refused")}.");
}
