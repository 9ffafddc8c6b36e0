namespace Legacy.Customers;

/// <summary>What other modules may ask of the customers.</summary>
public interface ICustomers
{
    Task<CustomerName?> FindAsync(int id, CancellationToken cancellationToken);
}

public sealed record CustomerName(int Id, string Name, string Email);
