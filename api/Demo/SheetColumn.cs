using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using FangFanPin.Domain;
using FangFanPin.Domain.Dictionary;
using FangFanPin.Domain.Records;

namespace FangFanPin.Api.Demo;

/// <summary>One column of an export: the dictionary's label as header, and how a record's value is printed under it.</summary>
public abstract class SheetColumn
{
    public required string Label { get; init; }

    /// <summary><c>Entity.Field</c>, the name under which a spoiled cell is found.</summary>
    public required string Cell { get; init; }

    public abstract void Print(Entity record, RowBuffer row);

    public static SheetColumn Of(EntityMap map, EntityField field, DataDictionary dictionary)
    {
        var definition = dictionary.Find(map.Name, field.Id)!;
        var property = map.Type.GetProperty(field.Id)!;
        var column = typeof(SheetColumn).GetMethod(nameof(Typed), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(map.Type, property.PropertyType);
        return (SheetColumn)column.Invoke(null, [definition, map.Name + "." + field.Id, property])!;
    }

    private static SheetColumn Typed<TEntity, TValue>(FieldDefinition field, string cell, PropertyInfo property) where TEntity : Entity
    {
        var get = property.GetMethod!.CreateDelegate<Func<TEntity, TValue>>();
        return new SheetColumn<TEntity, TValue>(get, Printer<TValue>(field)) { Label = field.Label, Cell = cell };
    }

    private static Action<RowBuffer, TValue> Printer<TValue>(FieldDefinition field)
    {
        object printer = field.CodeList is { } list ? Labels(list, field.Kind == FieldKind.Multi)
            : typeof(TValue) == typeof(int?) ? Whole
            : typeof(TValue) == typeof(decimal?) ? Amount
            : typeof(TValue) == typeof(DateOnly?) ? Day
            : typeof(TValue) == typeof(YearMonth?) ? Month
            : typeof(TValue) == typeof(DateTimeOffset?) ? Moment
            : Text;
        return (Action<RowBuffer, TValue>)printer;
    }

    private static readonly Action<RowBuffer, int?> Whole = (row, value) => { if (value is { } v) row.Number(v); else row.Empty(); };
    private static readonly Action<RowBuffer, decimal?> Amount = (row, value) => { if (value is { } v) row.Amount(v); else row.Empty(); };
    private static readonly Action<RowBuffer, DateOnly?> Day = (row, value) => { if (value is { } v) row.Day(v); else row.Empty(); };
    private static readonly Action<RowBuffer, YearMonth?> Month = (row, value) => { if (value is { } v) row.Number(v.Year * 100 + v.Month); else row.Empty(); };
    private static readonly Action<RowBuffer, DateTimeOffset?> Moment = (row, value) => { if (value is { } v) row.Moment(v); else row.Empty(); };
    private static readonly Action<RowBuffer, string?> Text = (row, value) => row.Text(value);

    /// <summary>Labels in place of codes; a code without a label is printed as it is.</summary>
    private static Action<RowBuffer, string?> Labels(CodeList list, bool multi)
    {
        var labels = list.Codes.ToFrozenDictionary(c => c.Code, c => Encoding.UTF8.GetBytes(c.Label), StringComparer.Ordinal);
        return (row, code) =>
        {
            if (code is null) row.Empty();
            else if (labels.TryGetValue(code, out var label)) row.Safe(label);
            else row.Text(multi ? string.Join('、', code.Split(',').Select(c => list.LabelOf(c) ?? c)) : code);
        };
    }
}

internal sealed class SheetColumn<TEntity, TValue>(Func<TEntity, TValue> get, Action<RowBuffer, TValue> print) : SheetColumn where TEntity : Entity
{
    public override void Print(Entity record, RowBuffer row) => print(row, get((TEntity)record));
}
