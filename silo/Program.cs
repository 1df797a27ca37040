using FangFanPin.Silo;

// dotnet FangFanPin.Silo.dll [verb] [options]: without a verb the server runs until it is told to stop.
var verb = args is [{ Length: > 0 } first, ..] && first[0] != '-' ? first : "serve";
return await Verbs.RunAsync(verb, verb == "serve" && args is not ["serve", ..] ? args : args[1..]);
