using Strangler.Cli;

return await StranglerCommand.RunAsync(args, Console.Out, Console.Error);
