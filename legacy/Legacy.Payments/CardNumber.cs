namespace Legacy.Payments;

/// <summary>Rules of card numbers that forms and API share.</summary>
public static class CardNumber
{
    public static bool IsPlausible(string? number) => number is not null && Digits(number) is { Length: >= 12 and <= 19 };

    internal static string Digits(string number) =>
        number.All(letter => char.IsAsciiDigit(letter) || letter is ' ' or '-') ? string.Concat(number.Where(char.IsAsciiDigit)) : "";
}
