namespace Microsoft.SqlServer.Server;

/// <summary>A CLR type that stores itself.</summary>
public interface IBinarySerialize
{
    void Read(BinaryReader r);

    void Write(BinaryWriter w);
}
