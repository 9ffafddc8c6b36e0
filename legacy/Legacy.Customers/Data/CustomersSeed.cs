using Legacy.Web.Seeding;
using Microsoft.AspNetCore.Identity;

namespace Legacy.Customers.Data;

/// <summary>The sample's customers and one member of staff.</summary>
internal static class CustomersSeed
{
    private static readonly string[] _first = ["Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gita", "Hugo", "Ines", "Jan"];
    private static readonly string[] _last =
        ["Abel", "Brandt", "Costa", "Dahl", "Engel", "Faber", "Gruber", "Hansen", "Ivanova", "Jensen",
         "Keller", "Lund", "Moreau", "Novak", "Olsen", "Petit", "Quist", "Rossi", "Silva", "Thorne"];

    public static void Insert(SeedTable insert)
    {
        // One hash for all: two hundred slow hashes would be most of the first start, and the password is in the README anyway.
        var hash = new PasswordHasher<Customer>().HashPassword(new Customer(), "Passw0rd!");
        using var customers = insert("customers_customers", ["Id", "Email", "Name", "PasswordHash", "IsStaff"]);
        for (var id = 1; id <= SeedPlan.Customers; id++)
            customers.Add(id, SeedPlan.Email(id), $"{_first[id % _first.Length]} {_last[id / _first.Length % _last.Length]}", hash, false);
        customers.Add(SeedPlan.Customers + 1, "staff@shop.example", "Sam Staff", hash, true);
    }
}
