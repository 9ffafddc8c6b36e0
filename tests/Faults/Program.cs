using Faults.Campaigns;

return await FaultCommand.RunAsync(args, Console.Out, Console.Error);
