using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Legacy.Web.Data;

/// <summary>All times are UTC; databases forget that, and JSON would then leave out the Z.</summary>
public sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(time => time, time => DateTime.SpecifyKind(time, DateTimeKind.Utc));
