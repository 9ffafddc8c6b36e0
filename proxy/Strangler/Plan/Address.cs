namespace Strangler.Plan;

/// <summary>Reads the address of an upstream.</summary>
internal static class Address
{
    public static Uri? Read(string text, PlanSection section, string name, PlanNode? at)
    {
        const string Mend = "Write an absolute address such as \"http://127.0.0.1:5100\".";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
        {
            section.Add(at, name, $"\"{text}\" is no absolute http or https address.", Mend);
            return null;
        }

        if (address.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0) return address;
        section.Add(at, name, $"\"{text}\" has a query, a fragment or a user name, which an upstream's address cannot have.", Mend);
        return null;
    }

    public static bool Same(Uri a, Uri b) => Uri.Compare(a, b, UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
