namespace FangFanPin.Domain;

/// <summary>The caller's mistake as a value: what is wrong, where, in words for the user.</summary>
/// <param name="Code">Stable, dotted, lower case, e.g. <c>household.stale-version</c>; listed per feature in its <c>…Errors</c> class.</param>
/// <param name="Message">One Chinese sentence for the user; never personal data.</param>
/// <param name="Field">Identifier of the field in the dictionary, with its record where there are several (<c>Member[3].Phone</c>); null when the whole is meant.</param>
public sealed record DomainError(string Code, string Message, string? Field = null);

/// <summary>Either a value or at least one error, never both.</summary>
public sealed record Outcome<T>
{
    public T? Value { get; init; }

    /// <summary>All faults found at once, in the order of the form; empty when <see cref="Value"/> is set.</summary>
    public IReadOnlyList<DomainError> Errors { get; init; } = [];

    public DomainError? Error => Errors.Count > 0 ? Errors[0] : null;
    public bool Ok => Errors.Count == 0;

    public static implicit operator Outcome<T>(T value) => new() { Value = value };
    public static implicit operator Outcome<T>(DomainError error) => new() { Errors = [error] };
    public static implicit operator Outcome<T>(List<DomainError> errors) => new() { Errors = errors };

    public Outcome<TOther> As<TOther>(Func<T, TOther> map) => Ok ? map(Value!) : new Outcome<TOther> { Errors = Errors };
}
