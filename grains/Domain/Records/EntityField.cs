using System.Globalization;
using System.Reflection;

namespace FangFanPin.Domain.Records;

/// <summary>One stored property of a typed record, reachable by its dictionary identifier.</summary>
public abstract class EntityField
{
    public required int Number { get; init; }
    public required string Id { get; init; }

    /// <summary>The value, boxed; null when empty.</summary>
    public abstract object? Get(Entity entity);

    /// <summary>Writes into a record that nobody else has seen yet; use <see cref="EntityMap.With"/> elsewhere.</summary>
    internal abstract void Set(Entity fresh, object? value);

    public abstract bool IsEmpty(Entity entity);
    public abstract bool Same(Entity a, Entity b);

    /// <summary>The value's text form (see <see cref="FieldText"/>), null when empty.</summary>
    public abstract string? Text(Entity entity);

    internal abstract void SetText(Entity fresh, string? text);
    internal abstract void Copy(Entity from, Entity fresh);
    internal abstract void Decode(Entity fresh, ref DocumentReader reader);

    internal static EntityField Create(PropertyInfo property, int number)
    {
        var type = typeof(EntityField<,>).MakeGenericType(property.DeclaringType!, property.PropertyType);
        var field = (EntityField)Activator.CreateInstance(type, property)!;
        return WithIdentity(field, property.Name, number);
    }

    private static EntityField WithIdentity(EntityField field, string id, int number)
    {
        typeof(EntityField).GetProperty(nameof(Id))!.SetValue(field, id);
        typeof(EntityField).GetProperty(nameof(Number))!.SetValue(field, number);
        return field;
    }
}

internal sealed class EntityField<TEntity, TValue> : EntityField where TEntity : Entity
{
    private readonly Func<TEntity, TValue?> get;
    private readonly Action<TEntity, TValue?> set;
    private static readonly FieldType<TValue> Type = FieldTypes.Of<TValue>();

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public EntityField(PropertyInfo property)
    {
        Id = property.Name;
        Number = 0;
        get = property.GetMethod!.CreateDelegate<Func<TEntity, TValue?>>();
        set = property.SetMethod!.CreateDelegate<Action<TEntity, TValue?>>();
    }

    public override object? Get(Entity entity) => get((TEntity)entity);
    internal override void Set(Entity fresh, object? value) => set((TEntity)fresh, (TValue?)value);
    public override bool IsEmpty(Entity entity) => get((TEntity)entity) is null;

    public override bool Same(Entity a, Entity b) =>
        EqualityComparer<TValue?>.Default.Equals(get((TEntity)a), get((TEntity)b));

    public override string? Text(Entity entity) => get((TEntity)entity) is { } value ? Type.Format(value) : null;
    internal override void SetText(Entity fresh, string? text) => set((TEntity)fresh, text is null ? default : Type.Parse(text));
    internal override void Copy(Entity from, Entity fresh) => set((TEntity)fresh, get((TEntity)from));

    internal override void Decode(Entity fresh, ref DocumentReader reader) => set((TEntity)fresh, Type.Decode(ref reader));
}

/// <summary>How one C# type stands in text and in documents. <typeparamref name="TValue"/> may be a nullable struct; values passed are never null.</summary>
internal sealed record FieldType<TValue>(
    Func<TValue, string> Format, Func<string, TValue> Parse, FieldDecoder<TValue> Decode);

internal delegate TValue FieldDecoder<out TValue>(ref DocumentReader reader);

internal static class FieldTypes
{
    private static readonly object[] All =
    [
        new FieldType<string>(v => v, t => t, (ref r) => r.Text()),
        new FieldType<int?>(v => FieldText.Of(v!.Value), t => int.Parse(t, CultureInfo.InvariantCulture), (ref r) => (int)r.Signed()),
        new FieldType<decimal?>(v => FieldText.Of(v!.Value), t => decimal.Parse(t, CultureInfo.InvariantCulture), (ref r) => r.Decimal()),
        new FieldType<DateOnly?>(v => FieldText.Of(v!.Value), t => DateOnly.ParseExact(t, "yyyy-MM-dd", CultureInfo.InvariantCulture), (ref r) => DateOnly.FromDayNumber((int)r.Signed())),
        new FieldType<YearMonth?>(v => v!.Value.ToString(), t => YearMonth.TryParse(t, out var m) ? m : throw new FormatException(t), (ref r) => YearMonth.FromNumber((int)r.Signed())),
        new FieldType<DateTimeOffset?>(v => FieldText.Of(v!.Value), t => DateTimeOffset.Parse(t, CultureInfo.InvariantCulture), (ref r) => new DateTimeOffset(r.Signed(), TimeSpan.Zero)),
        new FieldType<bool?>(v => v!.Value ? "true" : "false", t => bool.Parse(t), (ref r) => r.Signed() != 0),
    ];

    public static FieldType<TValue> Of<TValue>() => All.OfType<FieldType<TValue>>().Single();
}

/// <summary>
/// The one text form of each type, used in commands, histories and run-time indicators: integers and decimals without thousands signs,
/// dates <c>yyyy-MM-dd</c>, months <c>yyyyMM</c>, moments ISO 8601 in UTC, <c>true</c>/<c>false</c>, several codes sorted with commas.
/// </summary>
public static class FieldText
{
    public static string Of(int value) => value.ToString(CultureInfo.InvariantCulture);
    public static string Of(decimal value) => value.ToString("0.############################", CultureInfo.InvariantCulture);
    public static string Of(DateOnly value) => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>UTC with milliseconds and Z, as in all answers; with all digits where a value has more.</summary>
    public static string Of(DateTimeOffset value) => value.UtcDateTime.ToString(
        value.Ticks % TimeSpan.TicksPerMillisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "O", CultureInfo.InvariantCulture);
}
