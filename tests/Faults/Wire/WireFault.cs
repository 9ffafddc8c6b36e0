namespace Faults.Wire;

/// <summary>What can happen to a delivery between the sides.</summary>
internal enum WireFault
{
    /// <summary>It arrives and is answered.</summary>
    None,

    /// <summary>It arrives late.</summary>
    Delay,

    /// <summary>It never arrives.</summary>
    Drop,

    /// <summary>It arrives, its answer does not.</summary>
    LoseAnswer,

    /// <summary>It arrives twice.</summary>
    Repeat,

    /// <summary>The sender is told that it failed; it arrives later, behind others.</summary>
    Reorder,

    /// <summary>The receiver answers 500.</summary>
    Fail,

    /// <summary>The receiver says nothing until the sender gives up.</summary>
    Hang,

    /// <summary>It arrives, and the answer comes after the sender has given up.</summary>
    AnswerLate,
}
