using System.Reflection;

// The catalog's service with one mistake: it shows wrong prices. What it stores is right, so that only a comparison of answers finds it.
Environment.SetEnvironmentVariable("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", Assembly.GetExecutingAssembly().GetName().Name);
var service = Assembly.Load("Catalog.Service").EntryPoint!;
return service.Invoke(null, [args]) switch
{
    Task<int> running => await running,
    int ended => ended,
    _ => 0,
};
