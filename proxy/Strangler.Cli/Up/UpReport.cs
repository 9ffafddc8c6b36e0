using Spectre.Console;

namespace Strangler.Cli.Up;

/// <summary>What the user needs once everything answers.</summary>
internal static class UpReport
{
    public static object Document(UpSystem system) => new
    {
        system.Layout.PublicUrl,
        system.Layout.AdminUrl,
        keyFile = system.Layout.AdminKeyFile,
        system.Layout.Data,
        processes = system.Running.Processes.Select(static p => new { p.Name, p.Running.Pid, p.Running.Url, log = p.LogFile }),
    };

    public static void Write(IAnsiConsole terminal, UpSystem system, OwnCommand command, TimeSpan took)
    {
        var layout = system.Layout;
        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        table.AddColumn(new TableColumn("").NoWrap()).AddColumn(new TableColumn("").NoWrap());
        table.AddRow(new Text("public"), new Text(layout.PublicUrl));
        // With the key behind the '#', which a browser keeps to itself; only on a terminal, as a log is read by others.
        var key = terminal.Profile.Capabilities.Interactive ? $"/#key={Uri.EscapeDataString(File.ReadAllText(layout.AdminKeyFile).Trim())}" : "";
        table.AddRow(new Text("admin, dashboard"), new Text(layout.AdminUrl + key));
        table.AddRow(new Text("admin key"), new Text(layout.AdminKeyFile));
        foreach (var process in system.Running.Processes)
            table.AddRow(new Text(process.Name), new Text(process.Name == UpFile.ProxyName ? $"process {process.Running.Pid}" : $"{process.Running.Url}, process {process.Running.Pid}"));
        table.AddRow(new Text("logs"), new Text(Path.GetDirectoryName(layout.LogOf("x"))!));
        terminal.WriteLine();
        terminal.Write(table);
        terminal.WriteLine($"Ready after {took.TotalSeconds:0.0} s. In another terminal:");
        terminal.WriteLine($"  {command.Line("status")}");
        terminal.WriteLine($"  {command.Line($"advance {(system.Modules.Count > 0 ? system.Modules[0] : "MODULE")}")}");
        terminal.WriteLine("Ctrl-C stops everything and keeps the data.");
    }
}
