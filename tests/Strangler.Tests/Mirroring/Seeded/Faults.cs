using System.Text;
using System.Text.Json.Nodes;

namespace Strangler.Tests.Mirroring.Seeded;

/// <summary>What a service gets wrong when it is written anew.</summary>
internal static class Faults
{
    public static readonly Fault[] All =
    [
        new("a field dropped", SeededShop.List, "Missing", "$.items[*].name", static r => r.Items[3]!.AsObject().Remove("name")),
        new("a number turned to text", SeededShop.List, "Type", "$.total", static r => r.Json!["total"] = "40"),
        new("an order changed", SeededShop.List, "Order", "$.items", static r => Move(r.Items, 2, 6)),
        new("a page off by one", SeededShop.List, "Missing", "$.items[*]", static r => { r.Items.RemoveAt(0); r.Items.Add(SeededShop.Row(21)); }),
        new("a row missing", SeededShop.List, "Missing", "$.items[*]", static r => r.Items.RemoveAt(4)),
        new("a row twice", SeededShop.List, "Added", "$.items[*]", static r => r.Items.Insert(5, SeededShop.Row(15))),
        new("values of two rows swapped", SeededShop.List, "Value", "$.items[*].price", static r => (r.Items[2]!["price"], r.Items[5]!["price"]) = (r.Items[5]!["price"]!.DeepClone(), r.Items[2]!["price"]!.DeepClone())),
        new("a trailing slash in a link of the body", SeededShop.List, "Value", "$.next", static r => r.Json!["next"] = "/items/?page=3"),
        new("a trailing slash in a Link header", SeededShop.List, "Value", "header Link[rel=next]", static r => r.Headers["Link"] = r.Headers["Link"].Replace("/items?page=3", "/items/?page=3", StringComparison.Ordinal)),
        new("a relation missing in a Link header", SeededShop.List, "Missing", "header Link[rel=prev]", static r => r.Headers["Link"] = "</items?page=3>; rel=next"),
        new("a header's value", SeededShop.List, "Value", "header Cache-Control", static r => r.Headers["Cache-Control"] = "max-age=600"),
        new("no entity tag", SeededShop.List, "Missing", "header ETag", static r => r.Headers.Remove("ETag")),
        new("something that changes turned to null", SeededShop.List, "Type", "$.requestId", static r => r.Json!["requestId"] = null),
        new("something that changes dropped", SeededShop.List, "Missing", "$.at", static r => r.Json!.Remove("at")),
        new("an error for an answer", SeededShop.List, "Value", "status", static r => r.Status = 404),
        new("a rounding", SeededShop.Item, "Value", "$.price", static r => r.Json!["price"] = 12.35m),
        new("a wrong encoding", SeededShop.Item, "Value", "$.name", static r => r.Encoding = new Latin1Bodies()),
        new("null for missing", SeededShop.Item, "Added", "$.discount", static r => r.Json!["discount"] = null),
        new("null for an empty list", SeededShop.Item, "Type", "$.tags", static r => r.Json!["tags"] = null),
        new("the case of a text", SeededShop.Item, "Value", "$.name", static r => r.Json!["name"] = "müller's Käse"),
        new("a date's format", SeededShop.Item, "Value", "$.made", static r => r.Json!["made"] = "06.05.2024 10:00"),
        new("a time zone", SeededShop.Item, "Value", "$.made", static r => r.Json!["made"] = "2024-05-06T10:00:00+02:00"),
        new("a truth value as text", SeededShop.Item, "Type", "$.sale", static r => r.Json!["sale"] = "true"),
        new("a large number's last digit", SeededShop.Item, "Value", "$.ean", static r => r.Json!["ean"] = 40123456789012345679m),
        new("a cookie's attribute missing", SeededShop.Item, "Missing", "header Set-Cookie[session]; HttpOnly", static r => r.Headers["Set-Cookie"] = "session=x; path=/; samesite=lax"),
        new("a cookie missing", SeededShop.Item, "Missing", "header Set-Cookie[session]", static r => r.Headers.Remove("Set-Cookie")),
        new("another type", SeededShop.Item, "Value", "header Content-Type", static r => r.Headers["Content-Type"] = "text/json; charset=utf-8"),
        new("an attribute of a page", SeededShop.Page, "Value", "html > body > main > a[href]", static r => Replace(r, "/items", "/products")),
        new("a text of a page", SeededShop.Page, "Value", "html > body > main > table > tbody > tr > td:nth-child(2)", static r => Replace(r, "thing 3", "thing 4")),
        new("a row of a page missing", SeededShop.Page, "Missing", "html > body > main > table > tbody > tr", static r => r.Body = r.Body.Remove(r.Body.IndexOf("<tr", StringComparison.Ordinal), r.Body.IndexOf("</tr>", StringComparison.Ordinal) + 5 - r.Body.IndexOf("<tr", StringComparison.Ordinal))),
        new("a form's field without a name", SeededShop.Page, "Missing", "html > body > main > form > input[name]", static r => Replace(r, " name=token", "")),
        new("a text cut short", SeededShop.Text, "Missing", "line 5", static r => r.Body = r.Body.TrimEnd('\n')),
        new("another text in the packing", SeededShop.Text, "Value", "line 3", static r => Replace(r, "third", "Third")),
        new("another target of a redirect", SeededShop.Move, "Value", "header Location", static r => r.Headers["Location"] = "/items?page=2"),
        new("200 for 204", SeededShop.Nothing, "Value", "status", static r => r.Status = 200),
    ];

    private static void Replace(SeededShop.Reply reply, string right, string wrong)
    {
        Assert.Contains(right, reply.Body);
        reply.Body = reply.Body.Replace(right, wrong, StringComparison.Ordinal);
    }

    private static void Move(JsonArray list, int from, int to)
    {
        var item = list[from];
        list.RemoveAt(from);
        list.Insert(to, item);
    }

    /// <summary>Latin-1 under the name of UTF-8. System.Text.Json escapes what is not ASCII, so the escapes are undone first.</summary>
    private sealed class Latin1Bodies : UTF8Encoding
    {
        public override byte[] GetBytes(string s) => Latin1.GetBytes(s.Replace("\\u00FC", "ü", StringComparison.Ordinal).Replace("\\u00E4", "ä", StringComparison.Ordinal));
    }
}
