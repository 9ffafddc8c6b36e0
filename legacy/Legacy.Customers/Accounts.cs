using System.Globalization;
using System.Security.Claims;
using Legacy.Customers.Data;
using Legacy.Web.Data;
using Legacy.Web.Session;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Legacy.Customers;

internal sealed class Accounts(CustomersDbContext db, IPasswordHasher<Customer> hasher, IUnitOfWork unitOfWork) : ICustomers
{
    public async Task<CustomerName?> FindAsync(int id, CancellationToken cancellationToken) =>
        await db.Customers.Where(customer => customer.Id == id)
            .Select(customer => new CustomerName(customer.Id, customer.Name, customer.Email)).SingleOrDefaultAsync(cancellationToken);

    /// <summary>The identity for the cookie, or null when e-mail or password are wrong.</summary>
    public async Task<ClaimsPrincipal?> SignInAsync(string email, string password, CancellationToken cancellationToken)
    {
        var wanted = Normal(email);
        var customer = await db.Customers.AsNoTracking().SingleOrDefaultAsync(one => one.Email == wanted, cancellationToken);
        if (customer is null || hasher.VerifyHashedPassword(customer, customer.PasswordHash, password) == PasswordVerificationResult.Failed)
            return null;
        return Principal(customer);
    }

    /// <summary>The identity of the new customer, or null when the e-mail address has an account already.</summary>
    public async Task<ClaimsPrincipal?> RegisterAsync(string name, string email, string password, CancellationToken cancellationToken)
    {
        var customer = new Customer { Name = name.Trim(), Email = Normal(email) };
        // Hashing is slow on purpose: done before the transaction holds the database's one writer's place.
        customer.PasswordHash = hasher.HashPassword(customer, password);
        return await unitOfWork.RunAsync(async unit =>
        {
            if (await db.Customers.AnyAsync(one => one.Email == customer.Email, cancellationToken)) return null;
            customer.Id = 0;
            db.Customers.Add(customer);
            await db.SaveChangesAsync(cancellationToken);
            await unit.CommitAsync(cancellationToken);
            return Principal(customer);
        }, cancellationToken);
    }

#pragma warning disable CA1308 // Addresses are stored in lower case, the form in which people write them.
    private static string Normal(string email) => email.Trim().ToLowerInvariant();
#pragma warning restore CA1308

    private static ClaimsPrincipal Principal(Customer customer)
    {
        var claims = new List<Claim>
        {
            new(ClaimTypes.NameIdentifier, customer.Id.ToString(CultureInfo.InvariantCulture)),
            new(ClaimTypes.Name, customer.Name),
        };
        if (customer.IsStaff) claims.Add(new Claim(ClaimTypes.Role, Shopper.StaffPolicy));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme));
    }
}
