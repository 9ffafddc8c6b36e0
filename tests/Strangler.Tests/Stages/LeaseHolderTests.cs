using System.Diagnostics;
using System.Globalization;
using Strangler.Stages.Store;

namespace Strangler.Tests.Stages;

[TestClass]
public sealed class LeaseHolderTests
{
    [TestMethod]
    public void Holder_OfThisProcessWithAnotherStart_IsNotKnownDead() =>
        Assert.IsFalse(LeaseHolder.IsKnownDead(Changed(LeaseHolder.New(), part: ^2, "1")), "A clock may be set while the process lives");

    [TestMethod]
    public void Holder_OfAnotherLiveProcessWithAnotherStart_IsKnownDead()
    {
        if (!OperatingSystem.IsLinux()) Assert.Inconclusive("Only known where /proc exists");
        using var parent = Process.Start("sleep", "30");
        Assert.IsTrue(LeaseHolder.IsKnownDead(Changed(LeaseHolder.New(), part: ^3, parent.Id.ToString(CultureInfo.InvariantCulture))), "Its id has been given anew");
        parent.Kill();
    }

    [TestMethod]
    public void Holder_OfAnotherMachineOrBoot_IsNotKnownDead() => Assert.IsFalse(LeaseHolder.IsKnownDead(Changed(Dead(), part: 0, "another")));

    /// <summary>A holder of this machine whose process is gone.</summary>
    internal static string Dead() => Changed(LeaseHolder.New(), part: ^3, int.MaxValue.ToString(CultureInfo.InvariantCulture));

    private static string Changed(string holder, Index part, string value)
    {
        var parts = holder.Split('|');
        parts[part] = value;
        return string.Join('|', parts);
    }
}
