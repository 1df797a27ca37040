using System.Runtime.CompilerServices;

// Plans of the statements that are really sent.
[assembly: InternalsVisibleTo("FangFanPin.Tests.Postgres")]
[assembly: InternalsVisibleTo("FangFanPin.Tests.Api")]
