using System.Runtime.CompilerServices;

// Tests and benchmarks compose the same server.
[assembly: InternalsVisibleTo("FangFanPin.Tests.Api")]
[assembly: InternalsVisibleTo("FangFanPin.Tests.Cluster")]
[assembly: InternalsVisibleTo("FangFanPin.Tests.Postgres")]
[assembly: InternalsVisibleTo("FangFanPin.Tests.Contracts")]
[assembly: InternalsVisibleTo("FangFanPin.Tests.Bench")]
[assembly: InternalsVisibleTo("FangFanPin.Tests.Browser")]
