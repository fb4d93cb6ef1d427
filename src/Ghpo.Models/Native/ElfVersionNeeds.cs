using System.Buffers.Binary;
using System.Text;

namespace Ghpo.Models.Native;

/// <summary>
/// The version requirements of a 64-bit little-endian ELF library (its <c>DT_VERNEED</c> table): for each library that it needs,
/// the symbol versions that must be there. The loader refuses the library when one is missing, unless it is flagged weak.
/// </summary>
/// <remarks>Layout: System V ABI, and "Symbol Versioning" in the Linux Standard Base core specification.</remarks>
internal static class ElfVersionNeeds
{
    private const int ProgramLoad = 1;
    private const int ProgramDynamic = 2;
    private const long DynamicStringTable = 5;
    private const long DynamicNeeds = 0x6ffffffe;
    private const long DynamicNeedCount = 0x6fffffff;
    private const ushort FlagWeak = 2;

    /// <summary>The identification of an ELF file of class 64, little-endian.</summary>
    private static ReadOnlySpan<byte> Magic => [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];

    /// <summary>Flags the requirement of <paramref name="version"/> weak, in place.</summary>
    /// <returns>How many entries were flagged.</returns>
    /// <exception cref="InvalidDataException">The bytes are not such a library.</exception>
    public static int MakeWeak(Span<byte> elf, string version)
    {
        try
        {
            return Flag(elf, version);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("the native library's ELF tables are damaged", e);
        }
    }

    private static int Flag(Span<byte> elf, string version)
    {
        if (elf.Length < 64 || !elf[..6].SequenceEqual(Magic))
            throw new InvalidDataException("the native library is not a 64-bit little-endian ELF file");
        var (strings, needs, count) = Dynamic(elf);
        var flagged = 0;
        var need = needs;
        for (var i = 0; i < count; i++)
        {
            // Elfxx_Verneed: version u16, count u16, file u32, offset of the first entry u32, offset of the next u32.
            var entry = need + U32(elf, need + 8);
            for (int j = 0, entries = U16(elf, need + 2); j < entries; j++)
            {
                // Elfxx_Vernaux: hash u32, flags u16, index u16, name u32, offset of the next u32.
                if (StringAt(elf, strings + U32(elf, entry + 8)) == version)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(elf[(entry + 4)..], (ushort)(U16(elf, entry + 4) | FlagWeak));
                    flagged++;
                }
                entry = checked(entry + U32(elf, entry + 12));
            }
            need = checked(need + U32(elf, need + 12));
        }
        return flagged;
    }

    /// <summary>File offsets of the string table and of the requirements, and their number.</summary>
    private static (int Strings, int Needs, int Count) Dynamic(ReadOnlySpan<byte> elf)
    {
        long strings = -1, needs = -1, count = 0;
        foreach (var header in Programs(elf))
        {
            if (U32(elf, header) != ProgramDynamic) continue;
            var end = checked((int)(I64(elf, header + 8) + I64(elf, header + 32)));
            for (var at = checked((int)I64(elf, header + 8)); at < end; at += 16)
            {
                var value = I64(elf, at + 8);
                switch (I64(elf, at))
                {
                    case DynamicStringTable: strings = value; break;
                    case DynamicNeeds: needs = value; break;
                    case DynamicNeedCount: count = value; break;
                }
            }
        }
        return needs < 0 || strings < 0 ? (0, 0, 0) : (FileOffset(elf, strings), FileOffset(elf, needs), checked((int)count));
    }

    private static int FileOffset(ReadOnlySpan<byte> elf, long address)
    {
        foreach (var header in Programs(elf))
        {
            var start = I64(elf, header + 16);
            if (U32(elf, header) == ProgramLoad && address >= start && address < start + I64(elf, header + 32))
                return checked((int)(address - start + I64(elf, header + 8)));
        }
        throw new InvalidDataException("the native library's ELF tables are damaged: an address lies in no segment");
    }

    private static int[] Programs(ReadOnlySpan<byte> elf)
    {
        var start = checked((int)I64(elf, 32));
        int size = U16(elf, 54), count = U16(elf, 56);
        return [.. Enumerable.Range(0, count).Select(i => start + (i * size))];
    }

    private static ushort U16(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf[at..]);

    private static int U32(ReadOnlySpan<byte> elf, int at) => checked((int)BinaryPrimitives.ReadUInt32LittleEndian(elf[at..]));

    private static long I64(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadInt64LittleEndian(elf[at..]);

    private static string StringAt(ReadOnlySpan<byte> elf, int at)
    {
        var rest = elf[at..];
        var end = rest.IndexOf((byte)0);
        return end < 0 ? "" : Encoding.ASCII.GetString(rest[..end]);
    }
}
