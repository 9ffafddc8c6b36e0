using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sync.Databases;

/// <summary>The number or name under which a module's lock is known to a database. The same in every process and version: both sides of a restart must mean one lock.</summary>
internal static class LockKey
{
    public const string Schema = "sync.schema";

    public static string NameOf(string module) => "sync.module:" + module;

    public static long NumberOf(string name) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
