using System.Globalization;
using System.Runtime.CompilerServices;

/// <summary>
/// Texts, numbers and dates are the same on every machine, whatever its language is. The runtime's invariant mode would see to it as well, but SqlClient opens no
/// connection in it.
/// </summary>
internal static class InvariantCulture
{
    [ModuleInitializer]
    internal static void Use() =>
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
}
