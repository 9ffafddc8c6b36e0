using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Legacy.Customers.Pages;

internal sealed class RegisterInput
{
    [Required, StringLength(100)]
    public string Name { get; set; } = "";

    [Required, EmailAddress, StringLength(200)]
    public string Email { get; set; } = "";

    [Required, StringLength(200, MinimumLength = 8)]
    public string Password { get; set; } = "";
}

internal sealed class RegisterModel(Accounts accounts) : PageModel
{
    [BindProperty]
    public RegisterInput Input { get; set; } = new();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid) return Page();
        if (await accounts.RegisterAsync(Input.Name, Input.Email, Input.Password, cancellationToken) is not { } principal)
        {
            ModelState.AddModelError("Input.Email", "There is an account with this address already.");
            return Page();
        }

        await HttpContext.SignInAsync(principal);
        return Redirect("/");
    }
}
