using FangFanPin.Domain.Households;
using FangFanPin.Domain.Regions;

namespace FangFanPin.Storage.Households;

/// <summary>One statement's share of a list.</summary>
/// <param name="Wide">Above town level: what is asked for by name is looked up in the index of names.</param>
/// <param name="From">First village, and last, both included.</param>
/// <param name="Rows">At most so many.</param>
internal sealed record SearchStep(bool Wide, RegionCode From, RegionCode To, PersonPlace? After, int Rows)
{
    /// <summary>Households that one statement asks for their members.</summary>
    public int WindowRows { get; init; } = 5000;

    /// <summary>The range of villages, and what lies behind the place; the household of a place with a person is begun, not done.</summary>
    public string Area(Func<string, string> value, string alias, string code)
    {
        var range = $"{alias}.village >= {value(From.ToString())} and {alias}.village <= {value(To.ToString())}";
        if (After is not { } after) return range;
        var behind = after.Person is null ? ">" : ">=";
        return $"{range} and ({alias}.village, {alias}.{code}) {behind} ({value(after.Village)}, {value(after.Household)})";
    }
}

/// <summary>The next so many households that the indexes alone find, in order: a bound for what is asked of each of them afterwards.</summary>
internal sealed class SearchWindow
{
    /// <param name="ordered">Statement without its limit, giving village and code in their order.</param>
    /// <param name="parameters">Taken by it.</param>
    public SearchWindow(string ordered, int rows, int parameters)
    {
        Parameters = parameters;
        Text = $"{ordered} limit {rows}";
        Edge = $"select w.village, w.code from ({Text}) w order by w.village, w.code offset {rows - 1}";
    }

    public string Text { get; }

    /// <summary>How many of the owner's parameters it takes: the first ones.</summary>
    public int Parameters { get; }

    /// <summary>Gives the last household of a full window; no row when the window holds all that is left.</summary>
    public string Edge { get; }
}
