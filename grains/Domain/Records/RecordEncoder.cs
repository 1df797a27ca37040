using System.Linq.Expressions;
using System.Reflection;

namespace FangFanPin.Domain.Records;

/// <summary>
/// Writes the filled fields of one kind of record. Compiled once from its fields: most of several hundred fields are empty, and a write of a
/// household looks at all of them.
/// </summary>
internal static class RecordEncoder
{
    public static Action<Entity, DocumentWriter> For(Type type, IEnumerable<EntityField> fields)
    {
        var (entity, writer, record) = (Expression.Parameter(typeof(Entity)), Expression.Parameter(typeof(DocumentWriter)), Expression.Variable(type));
        var steps = fields.Select(f => IfFilled(Expression.Property(record, f.Id), f.Number, writer));
        var body = Expression.Block([record], [Expression.Assign(record, Expression.Convert(entity, type)), .. steps]);
        return Expression.Lambda<Action<Entity, DocumentWriter>>(body, entity, writer).Compile();
    }

    private static BlockExpression IfFilled(Expression property, int number, Expression writer)
    {
        var value = Expression.Variable(property.Type);
        var filled = property.Type.IsValueType ? (Expression)Expression.Property(value, "HasValue") : Expression.ReferenceNotEqual(value, Expression.Constant(null));
        var write = Expression.Call(Method(property.Type), writer, Expression.Constant(number), property.Type.IsValueType ? Expression.Property(value, "Value") : value);
        return Expression.Block([value], Expression.Assign(value, property), Expression.IfThen(filled, write));
    }

    private static MethodInfo Method(Type type) =>
        typeof(RecordEncoder).GetMethod(nameof(Write), BindingFlags.Static | BindingFlags.NonPublic, [typeof(DocumentWriter), typeof(int), Nullable.GetUnderlyingType(type) ?? type])
        ?? throw new NotSupportedException($"Fields of type {type} have no form in documents.");

    private static void Write(DocumentWriter writer, int number, string value) => writer.Field(number, value);
    private static void Write(DocumentWriter writer, int number, decimal value) => writer.Field(number, value);
    private static void Write(DocumentWriter writer, int number, int value) => writer.Field(number, value);
    private static void Write(DocumentWriter writer, int number, bool value) => writer.Field(number, value ? 1 : 0);
    private static void Write(DocumentWriter writer, int number, DateOnly value) => writer.Field(number, value.DayNumber);
    private static void Write(DocumentWriter writer, int number, YearMonth value) => writer.Field(number, value.Number);
    private static void Write(DocumentWriter writer, int number, DateTimeOffset value) => writer.Field(number, value.UtcTicks);
}
