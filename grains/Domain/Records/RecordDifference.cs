using System.Linq.Expressions;
using System.Reflection;

namespace FangFanPin.Domain.Records;

/// <summary>
/// Finds the fields in which two records of one kind differ. Compiled once from its fields: a write of a household compares all of several hundred, and all
/// but one are as they were.
/// </summary>
internal static class RecordDifference
{
    private static readonly MethodInfo Add = typeof(List<EntityField>).GetMethod(nameof(List<>.Add))!;

    public static Action<Entity, Entity, List<EntityField>> For(Type type, IEnumerable<EntityField> fields)
    {
        var (a, b, found) = (Expression.Parameter(typeof(Entity)), Expression.Parameter(typeof(Entity)), Expression.Parameter(typeof(List<EntityField>)));
        var (one, other) = (Expression.Variable(type), Expression.Variable(type));
        var steps = fields.Select(f => Expression.IfThen(
            Expression.NotEqual(Expression.Property(one, f.Id), Expression.Property(other, f.Id)), Expression.Call(found, Add, Expression.Constant(f, typeof(EntityField)))));
        var body = Expression.Block(
            [one, other], [Expression.Assign(one, Expression.Convert(a, type)), Expression.Assign(other, Expression.Convert(b, type)), .. steps]);
        return Expression.Lambda<Action<Entity, Entity, List<EntityField>>>(body, a, b, found).Compile();
    }
}
