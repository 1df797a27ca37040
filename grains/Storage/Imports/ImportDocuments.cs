using System.Collections.Immutable;
using FangFanPin.Domain;
using FangFanPin.Domain.Households;
using FangFanPin.Domain.Imports;
using FangFanPin.Domain.Records;

namespace FangFanPin.Storage.Imports;

/// <summary>Staged changes and errors as bytes, before they are sealed.</summary>
internal static class ImportDocuments
{
    private const byte Format = 2;

    /// <summary>Without version and platform code: staged before there were any.</summary>
    private const byte FirstFormat = 1;

    public static byte[] Encode(ImportFile change)
    {
        var writer = new DocumentWriter();
        writer.Unsigned(Format);
        writer.Text(change.ImportId);
        writer.Unsigned((ulong)change.Columns.Count);
        foreach (var (entity, fields) in change.Columns)
        {
            writer.Text(entity);
            writer.Text(string.Join(',', fields));
        }
        writer.Bytes(DocumentCodec.Encode(change.Incoming));
        writer.Signed(change.SeenVersion ?? -1);
        writer.Text(change.Replaces ?? "");
        return writer.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">Not of this format, or damaged.</exception>
    public static ImportFile DecodeChange(ReadOnlySpan<byte> bytes)
    {
        var reader = new DocumentReader(bytes);
        var format = reader.Unsigned();
        if (format is not (Format or FirstFormat)) throw new InvalidDataException("Unknown format of a staged household.");
        var importId = reader.Text();
        var columns = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        for (var count = reader.Unsigned(); count > 0; count--)
        {
            var entity = reader.Text();
            columns.Add(entity, [.. reader.Text().Split(',', StringSplitOptions.RemoveEmptyEntries)]);
        }
        var change = new ImportFile { ImportId = importId, Columns = columns.ToImmutable(), Incoming = DocumentCodec.Decode(reader.Bytes()) };
        if (format == FirstFormat) return change;
        var seen = reader.Signed();
        return change with { SeenVersion = seen < 0 ? null : seen, Replaces = reader.Text() is { Length: > 0 } code ? code : null };
    }

    public static byte[] Encode(RowError error)
    {
        var writer = new DocumentWriter();
        foreach (var text in new[] { error.Column, error.Error.Message, error.Error.Field, error.Value })
        {
            writer.Unsigned(text is null ? 0u : 1u);
            if (text is not null) writer.Text(text);
        }
        return writer.Written.ToArray();
    }

    public static RowError DecodeError(int source, int row, string code, string? household, ReadOnlySpan<byte> bytes)
    {
        var reader = new DocumentReader(bytes);
        var column = Optional(ref reader);
        var message = Optional(ref reader) ?? "";
        var field = Optional(ref reader);
        return new RowError(source, row, column, new DomainError(code, message, field), Optional(ref reader), household);
    }

    private static string? Optional(ref DocumentReader reader) => reader.Unsigned() == 0 ? null : reader.Text();
}
