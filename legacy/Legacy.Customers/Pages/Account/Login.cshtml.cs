using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Legacy.Customers.Pages;

internal sealed class LoginInput
{
    [Required, EmailAddress]
    public string Email { get; set; } = "";

    [Required]
    public string Password { get; set; } = "";
}

internal sealed class LoginModel(Accounts accounts) : PageModel
{
    [BindProperty]
    public LoginInput Input { get; set; } = new();

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid) return Page();
        if (await accounts.SignInAsync(Input.Email, Input.Password, cancellationToken) is not { } principal)
        {
            ModelState.AddModelError("", "The e-mail address or the password is wrong.");
            return Page();
        }

        await HttpContext.SignInAsync(principal);
        return Redirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/");
    }
}
