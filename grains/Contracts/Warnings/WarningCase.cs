using System.Security.Cryptography;
using System.Text;
using FangFanPin.Contracts.Cases;
using FangFanPin.Domain.Cases;

namespace FangFanPin.Contracts.Warnings;

/// <summary>Which case a warning of a file is: one per person, department, type and batch number, however often the file comes.</summary>
public static class WarningCase
{
    public static CaseKey Of(DeptWarning warning) => CaseKey.Of(Derived($"warning\n{warning.WarnDept}\n{warning.WarnType}\n{warning.BatchNo}\n{warning.IdNumber}"));

    /// <summary>The same row is the same command.</summary>
    public static Guid CommandOf(Guid batch, int row) => Derived($"warning\n{batch:N}\n{row}");

    private static Guid Derived(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
