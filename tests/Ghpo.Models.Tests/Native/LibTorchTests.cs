using System.Buffers.Binary;
using System.Text;
using Ghpo.Models.Native;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Native;

public class LibTorchTests
{
    [Fact]
    public void Torch_computes_after_EnsureLoaded()
    {
        LibTorch.EnsureLoaded();
        LibTorch.EnsureLoaded();
        using var a = ones(3, 4);
        using var b = a.matmul(a.t());
        Assert.Equal(4f, b[2, 1].item<float>());
    }

    [Fact]
    public void The_one_version_is_flagged_weak_and_no_byte_more()
    {
        var elf = Elf("GLIBCXX_3.4.30", "GLIBCXX_3.4.32");
        var before = (byte[])elf.Clone();
        Assert.Equal(1, ElfVersionNeeds.MakeWeak(elf, "GLIBCXX_3.4.32"));
        var changed = Enumerable.Range(0, elf.Length).Where(i => elf[i] != before[i]).ToArray();
        Assert.Equal(2, elf[Assert.Single(changed)]);
        Assert.Equal(0, ElfVersionNeeds.MakeWeak(Elf("GLIBCXX_3.4.30", "X"), "GLIBCXX_3.4.32"));
    }

    [Fact]
    public void What_is_no_library_is_said_so()
    {
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MakeWeak(new byte[200], "X"));
        Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MakeWeak("#!/bin/sh"u8.ToArray(), "X"));
        for (var length = 64; length < 400; length += 16)
        {
            var cut = Elf("A", "B")[..length];
            Assert.Throws<InvalidDataException>(() => ElfVersionNeeds.MakeWeak(cut, "B"));
        }
    }

    [Fact]
    public async Task Many_writers_of_the_cached_copy_leave_one_whole_file()
    {
        var folder = Directory.CreateTempSubdirectory("ghpo-native-").FullName;
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => PatchedLibrary.Write(bytes, folder, "lib.so"))));
        Assert.Equal(bytes, File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder))));
        File.WriteAllBytes(Path.Combine(folder, "lib.so"), bytes[..10]);
        PatchedLibrary.Write(bytes, folder, "lib.so");
        Assert.Equal(bytes, File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder))));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A minimal ELF image: header, one load and one dynamic segment, two version requirements, strings.</summary>
    private static byte[] Elf(string first, string second)
    {
        var elf = new byte[512];
        byte[] magic = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
        magic.CopyTo(elf, 0);
        void U16(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(at), (ushort)value);
        void U32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(at), value);
        void I64(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(at), value);
        const long Base = 0x1000;
        I64(32, 64); U16(54, 56); U16(56, 2);
        U32(64, 1); I64(64 + 16, Base); I64(64 + 32, 512);
        U32(120, 2); I64(120 + 8, 176); I64(120 + 32, 64);
        I64(176, 5); I64(184, Base + 400);
        I64(192, 0x6ffffffe); I64(200, Base + 256);
        I64(208, 0x6fffffff); I64(216, 1);
        U16(256, 1); U16(258, 2); U32(264, 16);
        U32(272 + 8, 1); U32(272 + 12, 16);
        U32(288 + 8, 2 + first.Length);
        Encoding.ASCII.GetBytes(first).CopyTo(elf, 401);
        Encoding.ASCII.GetBytes(second).CopyTo(elf, 402 + first.Length);
        return elf;
    }
}
