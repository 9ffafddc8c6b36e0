using Strangler.Stages;

namespace Strangler.Tests.Stages.Model;

/// <summary>What came of a step.</summary>
internal enum StepEnd
{
    Done,

    /// <summary>A condition was not met; the steps before that have been made.</summary>
    Refused,

    /// <summary>The request makes no sense.</summary>
    Senseless,
}

/// <summary>What the sides say that a gate asks about.</summary>
internal sealed record Readings(bool BackfillComplete, long Differences, long LegacyParked, long ServiceParked, bool LegacyCaptures, bool ServiceCaptures, bool Detached, long LegacyEpoch, long ServiceEpoch)
{
    public static Readings Of(FakeSide legacy, FakeSide service) => new(
        legacy.Backfill == "complete", legacy.Differences, legacy.Parked, service.Parked, legacy.Capture, service.Capture, legacy.Detached, legacy.Epoch, service.Epoch);

    public bool Captured(Side owner) => owner == Side.Legacy ? LegacyCaptures : ServiceCaptures;

    public long Parked(Side owner) => owner == Side.Legacy ? LegacyParked : ServiceParked;
}

/// <summary>A module as an operator understands it: where it is, and what each step asks for. It holds while no fault is about.</summary>
internal sealed record ModuleModel(Stage Stage, int Percent, Side Owner, long Epoch, bool Held)
{
    public static ModuleModel Of(ModuleState state) => new(state.Stage, state.CanaryPercent, state.Owner, state.Epoch, state.HeldEndpoints.Count > 0);

    public (StepEnd End, ModuleModel Then) Next(Ask ask, Readings readings) => ask switch
    {
        Advance advance => Advanced(advance, readings),
        Rollback rollback => RolledBack(rollback, readings),
        Hold hold => Stage == Stage.Retired && hold.At is not null ? (StepEnd.Senseless, this) : (StepEnd.Done, this with { Held = hold.At is not null }),
        _ => throw new ArgumentException($"{ask} is no step.", nameof(ask)),
    };

    private (StepEnd, ModuleModel) Advanced(Advance advance, Readings readings)
    {
        if (Stage == Stage.Retired) return (StepEnd.Senseless, this);
        var target = advance.To ?? (advance.Percent is not null && Stage == Stage.Canary ? Stage.Canary : Stage + 1);
        if (target < Stage || (advance.Percent is not null && target < Stage.Canary)) return (StepEnd.Senseless, this);
        if (advance.Percent is { } share && Stage == Stage.Canary && target == Stage.Canary && share != Percent) return Step(Stage.Canary, share, advance.Force, readings);
        var (module, seen) = (this, readings);
        while (module.Stage < target)
        {
            // On the way through, everybody is sent to the service before it becomes owner.
            if (module.Stage == Stage.Canary && module.Percent < 100 && Stage < Stage.Canary && target > Stage.Canary)
            {
                var (whole, raised) = module.Step(Stage.Canary, 100, advance.Force, seen);
                if (whole != StepEnd.Done) return (whole, raised);
                module = raised;
            }

            var (end, then) = module.Step(module.Stage + 1, advance.Percent, advance.Force, seen);
            if (end != StepEnd.Done) return (end, then);
            if (then.Stage == Stage.Syncing) seen = seen with { BackfillComplete = true, LegacyCaptures = true };
            if (then.Stage == Stage.Extracted) seen = seen with { ServiceCaptures = true };
            module = then;
        }

        return (StepEnd.Done, module);
    }

    private (StepEnd, ModuleModel) Step(Stage next, int? share, bool force, Readings readings)
    {
        var copied = readings.BackfillComplete && readings.Captured(Owner) && readings.Parked(Owner) == 0;
        var percent = next == Stage.Canary ? share ?? 10 : next > Stage.Canary ? 100 : 0;
        var met = next switch
        {
            Stage.Shadow => copied && (force || readings.Differences == 0),
            Stage.Canary => copied || (Stage == Stage.Canary && percent <= Percent),
            Stage.Extracted => copied && (force || Percent == 100),
            Stage.Retired => !Held && readings.Detached && readings.Parked(Owner) == 0,
            _ => true,
        };
        if (!met) return (StepEnd.Refused, this);
        return (StepEnd.Done, next switch
        {
            Stage.Syncing => this with { Stage = next, Percent = 0, Epoch = (readings.LegacyEpoch, readings.ServiceEpoch) == (1, 0) ? 1 : Math.Max(readings.LegacyEpoch, readings.ServiceEpoch) + 1 },
            Stage.Extracted => this with { Stage = next, Percent = percent, Owner = Side.Service, Epoch = Epoch + 1 },
            _ => this with { Stage = next, Percent = percent },
        });
    }

    private (StepEnd, ModuleModel) RolledBack(Rollback rollback, Readings readings)
    {
        if (Stage == Stage.Legacy || rollback.To >= Stage) return (StepEnd.Senseless, this);
        if (Stage == Stage.Retired) return (StepEnd.Refused, this);
        var target = rollback.To ?? Stage - 1;
        var there = this with { Stage = target, Percent = target == Stage.Canary ? 100 : 0 };
        if (Owner == Side.Legacy) return (StepEnd.Done, there);
        return readings.ServiceCaptures && readings.ServiceParked == 0 ? (StepEnd.Done, there with { Owner = Side.Legacy, Epoch = Epoch + 1 }) : (StepEnd.Refused, this);
    }
}
