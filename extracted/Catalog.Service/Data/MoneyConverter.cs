using Catalog.Service.Web;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Catalog.Service.Data;

/// <summary>Integer cents compare, sort and add up exactly on every database; SQLite has no decimal type.</summary>
internal sealed class MoneyConverter() : ValueConverter<decimal, long>(amount => Money.ToCents(amount), cents => Money.FromCents(cents));
