using System.ComponentModel.DataAnnotations;
using Catalog.Service.Data;
using Catalog.Service.Web;

namespace Catalog.Service.Pages;

/// <summary>The fields of the edit form.</summary>
internal sealed class EditInput
{
    public int Version { get; set; }

    [Required, StringLength(40)]
    public string Sku { get; set; } = "";

    [Required, StringLength(200)]
    public string Name { get; set; } = "";

    [StringLength(4000), DisplayFormat(ConvertEmptyStringToNull = false)]
    public string Description { get; set; } = "";

    public int CategoryId { get; set; }

    [Range(0, 1_000_000), RegularExpression(@"\d+(\.\d{1,2})?", ErrorMessage = "The price is a number with at most two decimal places.")]
    public decimal Price { get; set; }

    public static EditInput Of(Product product) => new()
    {
        Version = product.Version,
        Sku = product.Sku,
        Name = product.Name,
        Description = product.Description,
        CategoryId = product.CategoryId,
        Price = product.Price,
    };

    public void CopyTo(Product product)
    {
        product.Sku = Sku.Trim();
        product.Name = Name.Trim();
        product.Description = Description.Trim();
        product.CategoryId = CategoryId;
        product.Price = Money.Exact(Price);
    }
}
