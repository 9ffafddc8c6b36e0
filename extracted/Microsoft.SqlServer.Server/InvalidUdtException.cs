namespace Microsoft.SqlServer.Server;

/// <summary>Thrown for a CLR type that the server cannot take.</summary>
[Serializable]
public sealed class InvalidUdtException : SystemException
{
    public InvalidUdtException()
    {
    }

    public InvalidUdtException(string? message) : base(message)
    {
    }

    public InvalidUdtException(string? message, Exception? innerException) : base(message, innerException)
    {
    }
}
