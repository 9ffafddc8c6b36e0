using System.Text.Json;

namespace Strangler.Stages.Sides;

/// <summary>What to do about a call to a side that has not succeeded, by its cause and never by the text of its message.</summary>
internal static class SideHint
{
    public const string Start = "Start that side, or fix its address in the plan.";

    public const string Key = "Set Sync:Key there and Strangler:SyncKey here to the same secret.";

    public static string Of(SideException error) => error switch
    {
        { Status: { } status } => OfStatus(status),
        { InnerException: HttpRequestException connection } => OfConnection(connection),
        { InnerException: OperationCanceledException } =>
            "The side may be overloaded, wait for a lock in its database, or be out of the network's reach: see its log and long transactions in its database, then try again.",
        { InnerException: JsonException } =>
            "Another program answers at that address, or another version: fix the address in the plan, or the side's version of the sync library.",
        { InnerException: IOException } => "The connection broke while the side answered: see its log, then try again.",
        { Failure: SideFailure.NotSent } => "Put the module back into the plan.",
        _ => "See the side's log, then try again.",
    };

    private static string OfStatus(int status) => status switch
    {
        401 or 403 => Key,
        404 => "The side does not have this module, or is another program: declare the module there, or fix the side's address in the plan.",
        >= 400 and < 500 => "The side answers, and refuses for the reason that it gives; 'strangler status' shows where both sides stand.",
        503 => "The side answers, but something is in its way, which its message names: remove that, then try again.",
        >= 500 => "The side answers, but failed at its work: its log has the details.",
        _ => "Another program answers at that address: fix the address in the plan.",
    };

    public static string OfConnection(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "No host has that name: fix the address in the plan, or the name service.",
        HttpRequestError.SecureConnectionError => "No secure connection was made: check the side's certificate, and whether its address in the plan begins with the right one of http and https.",
        HttpRequestError.ConnectionError => Start,
        _ => "Something answers at that address, but not in HTTP or not to the end: see the side's log, and check its address in the plan.",
    };
}
